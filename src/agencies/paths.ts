export const agencyPaths = {
  setup: (token: string) => `/setup/${token}`,
  signIn: '/staff/sign-in',
  signInSent: '/staff/sign-in/sent',
  signInLink: (token: string) => `/staff/sign-in/${token}`,
  signOut: '/staff/sign-out',
  people: '/staff/people',
  person: (id: number) => `/staff/people/${id}`,
  home: '/staff',
};
