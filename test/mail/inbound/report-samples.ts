/** Reports in the shapes that mail systems send, with invented addresses. Lines end with CRLF as on the wire. */
const wire = (text: string) => Buffer.from(text.trim().replace(/\n/g, '\r\n').concat('\r\n'));

const ORIGINAL_ID = '0123456789abcdef0123456789abcdef@ask.example';

type Dsn = {
  from: string;
  subject?: string;
  text: string;
  message: string;
  recipients: string[];
  /** MIME type of the quoted original. */
  original?: 'message/rfc822' | 'text/rfc822-headers';
  headers?: string;
};

function dsn({
  from,
  subject,
  text,
  message,
  recipients,
  original = 'message/rfc822',
  headers,
}: Dsn): Buffer {
  return wire(`
Return-Path: <>
From: ${from}
To: bounce+1-00@bounces.ask.example
Subject: ${subject ?? 'Delivery Status Notification (Failure)'}
Message-ID: <report-1@reporting.example>
MIME-Version: 1.0
${headers ? `${headers}\n` : ''}Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="=_part"

--=_part
Content-Type: text/plain; charset=utf-8

${text}

--=_part
Content-Type: message/delivery-status

${message}

${recipients.join('\n\n')}

--=_part
Content-Type: ${original}

Received: from ask.example by mx.reporting.example; Mon, 2 Mar 2026 09:00:00 -0700
Message-ID: <${ORIGINAL_ID}>
From: Workforce Services <employers@workforce.example>
To: Ann <ann@firm.example>
Subject: Two questions about credentials

--=_part--`);
}

const postfix = (recipient: string) =>
  dsn({
    from: 'MAILER-DAEMON@mx.ask.example (Mail Delivery System)',
    subject: 'Undelivered Mail Returned to Sender',
    text: 'This is the mail system at host mx.ask.example.\n\nI am sorry to have to inform you that your message could not be delivered.',
    message:
      'Reporting-MTA: dns; mx.ask.example\nX-Postfix-Queue-ID: 4F1B2C3D4E\nX-Postfix-Sender: rfc822; bounce+1-00@bounces.ask.example\nArrival-Date: Mon,  2 Mar 2026 16:00:00 +0000 (UTC)',
    recipients: [recipient],
    original: 'text/rfc822-headers',
  });

const exchange = (recipient: string, text = 'Your message to ann@firm.example could not be delivered.') =>
  dsn({
    from: 'Microsoft Outlook <postmaster@firm.onmicrosoft.example>',
    subject: 'Undeliverable: Two questions about credentials',
    text,
    message:
      'Reporting-MTA: dns;DM6PR01MB0001.prod.exchangelabs.example\nReceived-From-MTA: dns;mx.ask.example\nArrival-Date: Mon, 2 Mar 2026 16:00:05 +0000',
    recipients: [recipient],
    headers: 'X-MS-Exchange-Message-Is-Ndr:\nContent-Language: en-US',
  });

const gmail = (recipient: string, text: string) =>
  dsn({
    from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.example>',
    text,
    message:
      'Reporting-MTA: dns; googlemail.example\nArrival-Date: Mon, 02 Mar 2026 08:00:01 -0800 (PST)\nX-Original-Message-ID: <0123456789abcdef0123456789abcdef@ask.example>',
    recipients: [recipient],
  });

const proofpoint = (recipient: string) =>
  dsn({
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@mx0a.pphosted.example>',
    subject: 'Returned mail: see transcript for details',
    text: 'The original message was received at Mon, 2 Mar 2026 11:00:00 -0500\n\n   ----- The following addresses had permanent fatal errors -----\n<ann@firm.example>\n    (reason: 550 5.1.1 User Unknown)',
    message:
      'Reporting-MTA: dns; mx0a.pphosted.example\nReceived-From-MTA: DNS; mx.ask.example\nArrival-Date: Mon, 2 Mar 2026 11:00:00 -0500',
    recipients: [recipient],
  });

export const BOUNCES = {
  rfcMailboxDoesNotExist: dsn({
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@cs.reporting.example>',
    text: '----- The following addresses had delivery problems -----\n<ann@firm.example>  (unrecoverable error)',
    message: 'Reporting-MTA: dns; cs.reporting.example',
    recipients: [
      "Original-Recipient: rfc822;ann@firm.example\nFinal-Recipient: rfc822;ann@firm.example\nAction: failed\nStatus: 5.0.0 (permanent failure)\nDiagnostic-Code: smtp; 550 'ann@firm.example' is not a\n  registered gateway user\nRemote-MTA: dns; vnet.firm.example",
    ],
  }),
  /** RFC 3464 appendix E.2: one report, three fates. */
  rfcThreeFates: dsn({
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@reporting.example>',
    text: '5.1.1 is quoted here and means nothing.',
    message: 'Original-Envelope-ID: 1234\nReporting-MTA: dns; reporting.example',
    recipients: [
      "Original-Recipient: rfc822;arathib@firm.example\nFinal-Recipient: rfc822;arathib@firm.example\nAction: failed\nStatus: 5.0.0 (permanent failure)\nDiagnostic-Code: smtp;  550 5.1.1 'arathib@firm.example' is not a registered user",
      'Original-Recipient: rfc822;johnh@hpnjld.example\nFinal-Recipient: rfc822;johnh@hpnjld.example\nAction: delayed\nStatus: 4.0.0 (hpnjld.example: host name lookup failure)',
      'Original-Recipient: rfc822;wsnell@sdcc13.example\nFinal-Recipient: rfc822;wsnell@sdcc13.example\nAction: delivered\nStatus: 2.1.5',
    ],
  }),
  rfcDelayed: dsn({
    from: 'MAILER-DAEMON@nsfnet.reporting.example',
    subject: 'Warning: message delayed',
    text: 'Your message has been delayed. 550 5.1.1 appears here only to mislead.',
    message: 'Reporting-MTA: dns; sun2.nsfnet.reporting.example',
    recipients: [
      'Final-Recipient: rfc822;ann@firm.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 4.4.1 connection timed out\nWill-Retry-Until: Thu, 7 Mar 2026 05:15:49 -0400',
    ],
  }),
  postfixUserUnknown: postfix(
    'Final-Recipient: rfc822; ann@firm.example\nOriginal-Recipient: rfc822;ann@firm.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.firm.example\nDiagnostic-Code: smtp; 550 5.1.1 <ann@firm.example>: Recipient address rejected:\n    User unknown in virtual mailbox table',
  ),
  postfixBlocked: postfix(
    'Final-Recipient: rfc822; ann@firm.example\nAction: failed\nStatus: 5.7.1\nRemote-MTA: dns; mx.firm.example\nDiagnostic-Code: smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1]\n    blocked using a list. User unknown? No.',
  ),
  postfixExpired: postfix(
    'Final-Recipient: rfc822; ann@firm.example\nAction: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.firm.example[192.0.2.9]:25: Connection\n    timed out',
  ),
  postfixNoRoute: postfix(
    'Final-Recipient: rfc822; ann@no-such-domain.example\nAction: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found. Name service error for\n    name=no-such-domain.example type=AAAA: Host not found',
  ),
  postfixMailboxFull: postfix(
    'Final-Recipient: rfc822; ann@firm.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full',
  ),
  postfixDelivered: postfix(
    'Final-Recipient: rfc822; ann@firm.example\nAction: delivered\nStatus: 2.0.0\nDiagnostic-Code: smtp; 250 2.0.0 OK',
  ),
  exchangeNotFound: exchange(
    'Final-Recipient: rfc822;ann@firm.example\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@firm.example not found by SMTP address lookup\nX-Display-Name: ann@firm.example',
  ),
  exchangeRestricted: exchange(
    'Final-Recipient: rfc822;ann@firm.example\nAction: failed\nStatus: 5.7.133\nDiagnostic-Code: smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required',
    'The email system had a problem processing this message. Recipient not found? mailbox unavailable 5.1.1',
  ),
  exchangeSenderBanned: exchange(
    'Final-Recipient: rfc822;ann@firm.example\nAction: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp;550 5.1.8 Access denied, bad outbound sender',
  ),
  gmailNoSuchUser: gmail(
    "Final-Recipient: rfc822; ann@gmail.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; gmail-smtp-in.example. (192.0.2.27, the server for the domain gmail.example.)\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos. 550 5.1.1 NoSuchUser - gsmtp\nLast-Attempt-Date: Mon, 02 Mar 2026 08:00:02 -0800 (PST)",
    'Address not found\n\nYour message was not delivered to ann@gmail.example.',
  ),
  gmailUnauthenticated: gmail(
    'Final-Recipient: rfc822; ann@gmail.example\nAction: failed\nStatus: 5.7.26\nDiagnostic-Code: smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n 550 5.7.26 - gsmtp',
    'Message blocked. See the error 5.1.1 in another mail.',
  ),
  gmailAccountDisabled: gmail(
    'Final-Recipient: rfc822; ann@gmail.example\nAction: failed\nStatus: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 The email account that you tried to reach is inactive. - gsmtp',
    'Account inactive',
  ),
  proofpointUserUnknown: proofpoint(
    'Final-Recipient: RFC822; ann@firm.example\nAction: failed\nStatus: 5.1.1\nRemote-MTA: DNS; mail.firm.example\nDiagnostic-Code: SMTP; 550 5.1.1 User Unknown\nLast-Attempt-Date: Mon, 2 Mar 2026 11:00:01 -0500',
  ),
  /** Its text speaks of an unknown user; its fields say that policy refused us. */
  proofpointBlocked: proofpoint(
    'Final-Recipient: RFC822; ann@firm.example\nAction: failed\nStatus: 5.7.0\nDiagnostic-Code: SMTP; 554 5.7.0 Blocked - see support page 5.1.1',
  ),
};

export const ORIGINAL_MESSAGE_ID = ORIGINAL_ID;

export function arf(options: { type?: string; mailFrom?: string; original?: string } = {}): Buffer {
  const { type = 'abuse', mailFrom = 'bounce+1-00@bounces.ask.example' } = options;
  return wire(`
From: <feedback@provider.example>
To: <complaints@bounces.ask.example>
Subject: FW: Two questions about credentials
Message-ID: <arf-1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from IP 192.0.2.2.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: ${type}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <${mailFrom}>
Original-Rcpt-To: <redacted@provider.example>
Received-Date: Mon, 2 Mar 2026 14:00:00 EST
Source-IP: 192.0.2.2
Reported-Domain: ask.example

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

Message-ID: <${ORIGINAL_ID}>
From: <employers@workforce.example>
To: <redacted@provider.example>
Subject: Two questions about credentials

Two questions.
--part1_13d.2e68ed54_boundary--`);
}

const reply = (headers: string) =>
  wire(`
From: Ann <ann@firm.example>
To: bounce+1-00@bounces.ask.example
Message-ID: <ooo-1@firm.example>
In-Reply-To: <${ORIGINAL_ID}>
${headers}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

I am away. Mails that fail with 550 5.1.1 come back by themselves.`);

export const AUTO_REPLIES = {
  rfc3834: reply('Auto-Submitted: auto-replied\nSubject: Auto: Two questions about credentials'),
  exchange: reply(
    'Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nSubject: Automatic reply: Two questions about credentials',
  ),
  gmail: reply(
    'Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\nSubject: Vacation Re: Two questions',
  ),
  headerless: reply('Subject: Out of Office: Two questions about credentials'),
  spanish: reply('Subject: Respuesta automática: Dos preguntas'),
};

/** A person's own words, and a bounce in prose: neither says anything that a program may act on. */
export const UNKNOWN = {
  person: reply('Subject: Re: Two questions about credentials'),
  prose: wire(`
Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: bounce+1-00@bounces.ask.example
Subject: failure notice

Hi. This is the qmail-send program at qmail.example. I am afraid I was not able to deliver your message.

<ann@firm.example>:
192.0.2.5 does not like recipient.
Remote host said: 550 5.1.1 User unknown`),
};
