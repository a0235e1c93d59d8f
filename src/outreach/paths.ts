/** The link to stop all mails. */
export const unsubscribePath = (token: string) => `/u/${token}`;
export const resumePath = (token: string) => `/u/${token}/resume`;
/** What one invitation opens; the respond feature serves it. */
export const answerPath = (token: string) => `/r/${token}`;
export const mailboxPath = () => '/mailbox';
export const mailboxMessagePath = (id: string) => `/mailbox/${id}`;
