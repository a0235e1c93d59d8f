import type { MessageData } from '../../src/mail/messages.ts';

const sender = {
  agencyName: 'Wyoming Department of Workforce Services',
  shortName: 'Workforce Services',
  postalAddress: '5221 Yellowstone Road, Cheyenne, WY 82002',
  contactEmail: 'employers@workforce.example',
  contactPhone: '307-555-0134',
};

const credentials = [
  { name: 'Certified Welder', issuer: 'American Welding Society' },
  { name: 'Certified Production Technician (CPT)', issuer: 'Manufacturing Skill Standards Council' },
  { name: 'OSHA 30-Hour Construction', issuer: 'Occupational Safety and Health Administration' },
];

const meeting = {
  committee: 'Manufacturing Advisory Committee',
  seatRole: 'Employer, metal fabrication',
  title: 'Spring meeting',
  startsAt: new Date('2027-04-14T16:00:00Z'),
  endsAt: new Date('2027-04-14T18:00:00Z'),
  timeZone: 'America/Denver',
  place: 'Casper College, Room 214',
  onlineUrl: 'https://meet.workforce.example/spring',
};

const invitation: MessageData['invitation'] = {
  language: 'en',
  sender,
  recipientName: 'Dana Whitcomb',
  employerName: 'Bighorn Fabrication, Inc.',
  credentials,
  meetings: [meeting],
  minutes: 3,
  until: new Date('2027-03-26T23:00:00Z'),
  timeZone: 'America/Denver',
  link: 'https://employers.example/r/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  unsubscribeUrl: 'https://employers.example/u/B7s1Qn4xYz0LkE9rVd2MwT6hJp3Fa8_c',
};

/** One of each mail, as it could go out. */
export const SAMPLE_MAILS: MessageData = {
  invitation,
  reminder: { ...invitation, started: false },
  referral: { ...invitation, referredBy: 'Lee Ortega' },
  receipt: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    employerName: 'Bighorn Fabrication, Inc.',
    items: [
      {
        topic: 'Certified Welder',
        answers: ['We would pay more for it: yes', 'We would prefer it when hiring: yes'],
      },
      { topic: 'OSHA 30-Hour Construction', answers: ['I don’t know this credential'] },
    ],
    answeredAt: new Date('2027-03-10T17:00:00Z'),
    changeUntil: new Date('2027-04-09T23:00:00Z'),
    timeZone: 'America/Denver',
    link: invitation.link,
    unsubscribeUrl: invitation.unsubscribeUrl,
  },
  confirmation: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    employerName: 'Bighorn Fabrication, Inc.',
    because: 'quarantined',
    items: [{ topic: 'Certified Welder', answers: ['Would you monetarily incentivize them? Yes'] }],
    answeredAt: new Date('2027-03-12T18:20:00Z'),
    until: new Date('2027-05-09T23:00:00Z'),
    timeZone: 'America/Denver',
    link: 'https://employers.example/v/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  },
  rsvp_confirmation: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    meeting,
    response: 'accepted',
    link: 'https://employers.example/m/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  },
  meeting_moved: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    meeting,
    link: 'https://employers.example/m/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  },
  meeting_cancelled: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    meeting,
    link: 'https://employers.example/m/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  },
  ballot: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    employerName: 'Bighorn Fabrication, Inc.',
    body: 'employers of the welding trade',
    credential: { name: 'Certified Welder', issuer: 'American Welding Society' },
    note: 'The exam changed in 2026.',
    isSecret: true,
    isReminder: false,
    until: new Date('2027-03-26T23:00:00Z'),
    timeZone: 'America/Denver',
    link: 'https://employers.example/b/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
    unsubscribeUrl: invitation.unsubscribeUrl,
  },
  ballot_receipt: {
    language: 'en',
    sender,
    recipientName: 'Dana Whitcomb',
    employerName: 'Bighorn Fabrication, Inc.',
    credential: { name: 'Certified Welder', issuer: 'American Welding Society' },
    choice: 'approve',
    castAt: new Date('2027-03-12T18:20:00Z'),
    until: new Date('2027-03-26T23:00:00Z'),
    timeZone: 'America/Denver',
    link: 'https://employers.example/b/Zk2vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha_n',
  },
  sign_in: {
    language: 'en',
    sender,
    recipientName: 'Robin Vance',
    link: 'https://employers.example/staff/sign-in/0vJ3b1S9yQm0Xw7c4T8dLr5Ue6Ha0vJ3b1S9yQm0Xw7c4T8d',
    validMinutes: 15,
  },
};
