export const recordsPaths = {
  requests: '/staff/records',
  packet: (id: number) => `/staff/records/packets/${id}`,
  packetJson: (id: number) => `/staff/records/packets/${id}/packet.json`,
  packetCsv: (id: number) => `/staff/records/packets/${id}/answers.csv`,
  retention: '/staff/records/retention',
  confirmRetention: (id: number) => `/staff/records/retention/${id}/confirm`,
  withdrawRetention: (id: number) => `/staff/records/retention/${id}/withdraw`,
  holds: '/staff/records/holds',
  requestLift: (id: number) => `/staff/records/holds/${id}/request-lift`,
  confirmLift: (id: number) => `/staff/records/holds/${id}/confirm-lift`,
  keepHold: (id: number) => `/staff/records/holds/${id}/keep`,
};
