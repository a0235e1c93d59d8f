export const credentialPaths = {
  list: '/staff/credentials',
  one: (slug: string) => `/staff/credentials/${slug}`,
  /** The console's page of where one credential stands. */
  story: (slug: string) => `/staff/credentials/${slug}/story`,
};
