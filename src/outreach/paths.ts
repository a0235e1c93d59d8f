/** The link to stop all mails. */
export const unsubscribePath = (token: string) => `/u/${token}`;
export const choosePath = (token: string) => `/u/${token}/choose`;
export const undoChoicePath = (token: string) => `/u/${token}/undo`;
export const neverEmployerPath = (token: string) => `/u/${token}/employer`;
export const resumePath = (token: string) => `/u/${token}/resume`;
/** What one invitation opens; the respond feature serves it. */
export const answerPath = (token: string) => `/r/${token}`;
export const mailboxPath = () => '/mailbox';
export const mailboxMessagePath = (id: string) => `/mailbox/${id}`;
