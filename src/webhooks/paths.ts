import { API_ROOT } from '../api/paths.ts';

const ENDPOINTS = `${API_ROOT}/webhook-endpoints`;

/** The same in the API. */
export const webhookApiPaths = {
  endpoints: ENDPOINTS,
  endpoint: (id: number) => `${ENDPOINTS}/${id}`,
  deliveries: (id: number) => `${ENDPOINTS}/${id}/deliveries`,
};

export const webhookPaths = {
  endpoints: '/staff/webhooks',
  endpoint: (id: number) => `/staff/webhooks/${id}`,
  pause: (id: number) => `/staff/webhooks/${id}/pause`,
  resume: (id: number) => `/staff/webhooks/${id}/resume`,
  delete: (id: number) => `/staff/webhooks/${id}/delete`,
  rotate: (id: number) => `/staff/webhooks/${id}/rotate`,
  switchOff: (id: number) => `/staff/webhooks/${id}/switch-off`,
  switchOn: (id: number) => `/staff/webhooks/${id}/switch-on`,
  replay: (id: number, deliveryId: number) => `/staff/webhooks/${id}/deliveries/${deliveryId}/replay`,
};
