export const documentPath = (id: number | ':id'): string => `/staff/documents/${id}`;
