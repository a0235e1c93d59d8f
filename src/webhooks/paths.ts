export const webhookPaths = {
  endpoints: '/staff/webhooks',
  endpoint: (id: number) => `/staff/webhooks/${id}`,
  rotate: (id: number) => `/staff/webhooks/${id}/rotate`,
  switchOff: (id: number) => `/staff/webhooks/${id}/switch-off`,
  switchOn: (id: number) => `/staff/webhooks/${id}/switch-on`,
  replay: (id: number, deliveryId: number) => `/staff/webhooks/${id}/deliveries/${deliveryId}/replay`,
};
