import { codeOfStatus, type HttpStatus } from './http-error.ts';

type Words = { title: string; sentence: string };

/** What HTTP itself refuses, said to whoever writes the calling program. */
const BY_STATUS: Record<HttpStatus, Words> = {
  400: {
    title: 'This cannot be read',
    sentence: 'The request is damaged: its address, or its body, which must be JSON in UTF-8.',
  },
  401: {
    title: 'A working API key is needed',
    sentence: 'Send one as `Authorization: Bearer csk_…`. This one is missing, mistyped, revoked or expired.',
  },
  403: { title: 'The key may not do this', sentence: 'Nothing was changed.' },
  404: { title: 'Nothing here', sentence: 'There is nothing at this address, or it is another agency’s.' },
  405: { title: 'Not this method', sentence: 'This address does not take this method.' },
  406: { title: 'Not in this form', sentence: 'This address cannot answer in the form that was asked for.' },
  408: { title: 'Too slow', sentence: 'The request did not arrive in time. Send it again.' },
  409: { title: 'This changed meanwhile', sentence: 'Read it again before you change it.' },
  410: { title: 'Gone', sentence: 'What was here is no longer available.' },
  412: { title: 'This changed meanwhile', sentence: 'The version that you named is not the present one.' },
  413: { title: 'Too large', sentence: 'The body is larger than this address takes. Nothing was changed.' },
  414: { title: 'The address is too long', sentence: 'Shorten the address.' },
  415: { title: 'Send JSON', sentence: 'Bodies are `application/json`. Nothing was changed.' },
  422: { title: 'This makes no sense', sentence: 'The request was read, and something in it cannot be.' },
  428: { title: 'A condition is missing', sentence: 'Say which version you have read.' },
  429: { title: 'Too many requests', sentence: 'Wait as long as Retry-After says.' },
  431: { title: 'The headers are too long', sentence: 'Shorten them.' },
  500: { title: 'The fault is ours', sentence: 'Try again. If it goes on, tell us the requestId.' },
  503: {
    title: 'Not available right now',
    sentence: 'Try again as Retry-After says. What was acknowledged is safe.',
  },
};

/** Refusals of the domain whose sentence for people speaks of pages and windows. */
const BY_CODE: Record<string, Words> = {
  not_found: BY_STATUS[404],
  forbidden: BY_STATUS[403],
  already_done: {
    title: 'This was done already',
    sentence: 'Its state no longer allows it. Read it again to see who got there first.',
  },
  needs_second_person: {
    title: 'A second person is needed',
    sentence: 'Whoever proposed this, by key or in person, cannot also confirm it.',
  },
  scope_missing: {
    title: 'The key lacks the scope',
    sentence: 'An administrator of the agency can make a key that has it.',
  },
};

/** The words of a refusal for programs, always in English; null where those for people do. */
export function apiWords(answer: { status: HttpStatus; code: string }): Words | null {
  return (
    BY_CODE[answer.code] ?? (answer.code === codeOfStatus(answer.status) ? BY_STATUS[answer.status] : null)
  );
}
