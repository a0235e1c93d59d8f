export const deliveryPaths = {
  suppressions: '/staff/suppressions',
  suppression: (id: number) => `/staff/suppressions/${id}`,
  requestLift: (id: number) => `/staff/suppressions/${id}/lift`,
  confirmLift: (id: number) => `/staff/suppressions/${id}/confirm`,
  withdrawLift: (id: number) => `/staff/suppressions/${id}/withdraw`,
  receipts: '/staff/suppressions/receipts',
};
