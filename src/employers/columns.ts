import { countyOfFips, retiredCounty } from '../lib/counties.ts';
import type { FieldSpec } from '../lib/csv-columns.ts';
import { parseMailAddress } from '../lib/mail-address.ts';
import { isNaicsPrefix } from '../lib/naics.ts';
import { stateCode } from '../lib/us-postal.ts';
import { parseFein, parseJobs, parsePhone, parseZip } from './rules/employer-values.ts';

export const EMPLOYER_FIELDS = [
  'legal_name',
  'dba',
  'fein',
  'external_id',
  'address',
  'city',
  'state',
  'zip',
  'county',
  'county_fips',
  'region',
  'phone',
  'naics_code',
  'legal_form',
  'jobs',
  'time_zone',
  'website',
  'aliases',
  'email_domains',
  'parent',
  'site_name',
  'site_address',
  'site_city',
  'site_state',
  'site_zip',
  'site_county',
] as const;
export type EmployerField = (typeof EMPLOYER_FIELDS)[number];

export const CONTACT_FIELDS = [
  'contact_name',
  'contact_first_name',
  'contact_last_name',
  'contact_email',
  'contact_title',
  'contact_phone',
  'contact_language',
  'contact_hiring',
] as const;
export type ContactField = (typeof CONTACT_FIELDS)[number];

export type ImportField = EmployerField | ContactField;

type Spec = FieldSpec<ImportField>;

const spec = (
  field: ImportField,
  label: string,
  names: readonly string[],
  more: Partial<Spec> = {},
): Spec => ({
  field,
  label,
  names,
  ...more,
});

const email = (value: string) => parseMailAddress(value) !== null;
const zip = (value: string) => parseZip(value) !== null;

const LEGAL_NAME = spec(
  'legal_name',
  'Legal name of the employer',
  [
    'business name',
    'company',
    'company name',
    'employer',
    'employer name',
    'legal name',
    'legal business name',
    'legal entity name',
    'organization',
    'organization name',
    'organisation',
    'org name',
    'account name',
    'firm',
    'firm name',
    'name',
    'name of employer',
    'name of business',
    'business',
    'entity name',
    'borrower name',
    'nombre de la empresa',
    'empresa',
  ],
  { required: true },
);
const DBA = spec('dba', 'Trade name (DBA)', [
  'dba',
  'd/b/a',
  'dba name',
  'doing business as',
  'trade name',
  'tradename',
  'trading as',
  'assumed name',
  'dba/trade name',
]);
const FEIN = spec(
  'fein',
  'Federal employer number (FEIN)',
  [
    'fein',
    'ein',
    'federal ein',
    'federal employer identification number',
    'employer identification number',
    'federal tax id',
    'tax id',
    'tax id number',
    'federal id',
    'fed id',
    'tin',
    'fein number',
    'ein number',
  ],
  { looksLike: (value) => parseFein(value) !== null },
);
const EXTERNAL_ID = spec('external_id', 'Your own id of the employer', [
  'id',
  'employer id',
  'external id',
  'account id',
  'account number',
  'account no',
  'company id',
  'customer id',
  'record id',
  'ui account',
  'ui account number',
  'crm id',
  'employer number',
  'employer no',
  'business id',
  'organization id',
  'client id',
]);
const ADDRESS = spec('address', 'Street address', [
  'address',
  'street',
  'street address',
  'address 1',
  'address line 1',
  'addr',
  'addr1',
  'mailing address',
  'physical address',
  'business address',
  'location address',
  'street1',
  'direccion',
]);
const CITY = spec('city', 'City', [
  'city',
  'town',
  'city name',
  'mailing city',
  'physical city',
  'municipality',
  'city/town',
  'ciudad',
  'locality',
]);
const STATE = spec(
  'state',
  'State',
  [
    'state',
    'st',
    'state code',
    'state abbr',
    'mailing state',
    'physical state',
    'province',
    'state/province',
    'estado',
  ],
  {
    looksLike: (value) => stateCode(value) !== null,
  },
);
const ZIP = spec(
  'zip',
  'ZIP code',
  [
    'zip',
    'zip code',
    'zipcode',
    'postal code',
    'postcode',
    'zip5',
    'zip+4',
    'zip/postal code',
    'mailing zip',
    'physical zip',
    'codigo postal',
  ],
  { looksLike: zip },
);
const COUNTY = spec('county', 'County', ['county', 'county name', 'parish', 'borough', 'condado']);
const COUNTY_FIPS = spec(
  'county_fips',
  'County (FIPS code)',
  [
    'county fips',
    'fips',
    'fips code',
    'county code',
    'county fips code',
    'fips county',
    'fips county code',
    'geoid',
  ],
  { looksLike: (value) => countyOfFips(value.padStart(5, '0')) !== null || retiredCounty(value) !== null },
);
const REGION = spec('region', 'Region or workforce area', [
  'region',
  'workforce region',
  'workforce area',
  'workforce development area',
  'local area',
  'local workforce area',
  'wioa area',
  'wda',
  'lwda',
  'service area',
]);
const PHONE = spec(
  'phone',
  'Telephone of the employer',
  [
    'phone',
    'telephone',
    'phone number',
    'company phone',
    'business phone',
    'main phone',
    'tel',
    'office phone',
    'telefono',
  ],
  { looksLike: (value) => parsePhone(value) !== null },
);
const NAICS = spec(
  'naics_code',
  'Industry (NAICS code)',
  [
    'naics',
    'naics code',
    'naics2017',
    'naics 2017',
    'naics6',
    'primary naics',
    'primary naics code',
    'industry code',
    'naics_cd',
    'naics 6 digit',
  ],
  {
    looksLike: (value) => isNaicsPrefix(value),
    looseNames: ['sector code', 'industry sector code', 'naics sector', 'naics sector code', 'sector'],
  },
);
const LEGAL_FORM = spec('legal_form', 'Legal form', [
  'business type',
  'legal form',
  'entity type',
  'ownership type',
  'organization type',
  'company type',
  'legal structure',
  'ownership',
  'type of business',
]);
const JOBS = spec(
  'jobs',
  'Number of jobs',
  [
    'jobs',
    'jobs reported',
    'jobs retained',
    'employees',
    'number of employees',
    'employee count',
    'num employees',
    'no of employees',
    '# employees',
    '# of employees',
    'num of employees',
    'headcount',
    'staff',
    'size',
    'company size',
    'fte',
    'total employees',
    'employment',
    'empleados',
    'number of staff',
    'no of staff',
    'num of staff',
    '# of staff',
    'staff count',
    'staff size',
    'total staff',
    'number of workers',
    'workers',
    'number of jobs',
  ],
  { looksLike: (value) => parseJobs(value) !== null },
);
const TIME_ZONE = spec('time_zone', 'Time zone', ['time zone', 'timezone', 'tz']);
const WEBSITE = spec('website', 'Website', [
  'website',
  'web site',
  'url',
  'web address',
  'web',
  'homepage',
  'company website',
  'domain',
]);

const ALIASES = spec('aliases', 'Other names, parted by semicolons', [
  'also known as',
  'aka',
  'a/k/a',
  'alias',
  'aliases',
  'other names',
  'former name',
  'former names',
  'previous name',
  'alternate name',
]);
const EMAIL_DOMAINS = spec('email_domains', 'E-mail domains, parted by semicolons', [
  'email domain',
  'email domains',
  'e-mail domain',
  'domains',
  'internet domain',
  'internet domains',
  'mail domain',
]);
const PARENT = spec('parent', 'Parent company (group)', [
  'parent',
  'parent company',
  'parent name',
  'parent organization',
  'parent account',
  'company group',
  'corporate parent',
  'ultimate parent',
  'holding company',
  'owned by',
]);
const SITES = [
  spec('site_name', 'Site: name', [
    'site',
    'site name',
    'branch',
    'branch name',
    'establishment',
    'facility',
    'facility name',
    'plant',
    'worksite',
    'work site',
  ]),
  spec('site_address', 'Site: street address', ['site address', 'site street', 'worksite address']),
  spec('site_city', 'Site: city', ['site city', 'location city', 'worksite city']),
  spec('site_state', 'Site: state', ['site state', 'location state', 'worksite state'], {
    looksLike: (value) => stateCode(value) !== null,
  }),
  spec('site_zip', 'Site: ZIP code', ['site zip', 'location zip', 'worksite zip', 'site zip code'], {
    looksLike: zip,
  }),
  spec('site_county', 'Site: county', ['site county', 'location county', 'worksite county']),
];

const contactNames = {
  contact_name: [
    'contact',
    'contact name',
    'contact person',
    'primary contact',
    'full name',
    'hiring manager',
    'hr contact',
    'representative',
    'contacto',
  ],
  contact_first_name: [
    'first name',
    'firstname',
    'contact first name',
    'given name',
    'fname',
    'first',
    'contact first',
    'contact firstname',
    'contact given name',
    'nombre',
  ],
  contact_last_name: [
    'last name',
    'lastname',
    'contact last name',
    'surname',
    'family name',
    'lname',
    'last',
    'contact last',
    'contact lastname',
    'contact surname',
    'apellido',
  ],
  contact_email: [
    'email',
    'e-mail',
    'email address',
    'e-mail address',
    'contact email',
    'contact e-mail',
    'primary email',
    'work email',
    'business email',
    'mail',
    'correo',
    'correo electronico',
  ],
  contact_title: [
    'title',
    'job title',
    'contact title',
    'position',
    'role',
    'job role',
    'contact role',
    'cargo',
  ],
  contact_phone: [
    'contact phone',
    'direct phone',
    'mobile',
    'cell',
    'cell phone',
    'contact telephone',
    'direct line',
    'work phone',
  ],
  contact_language: ['language', 'preferred language', 'contact language', 'lang', 'idioma'],
  contact_hiring: [
    'hiring authority',
    'hires',
    'hiring',
    'makes hiring decisions',
    'decision maker',
    'hiring decision maker',
  ],
} as const;

const CONTACT_SPECS: readonly Spec[] = [
  spec('contact_name', 'Contact: name', contactNames.contact_name),
  spec('contact_first_name', 'Contact: first name', contactNames.contact_first_name),
  spec('contact_last_name', 'Contact: last name', contactNames.contact_last_name),
  spec('contact_email', 'Contact: e-mail address', contactNames.contact_email, {
    looksLike: email,
    telling: true,
  }),
  spec('contact_title', 'Contact: job title', contactNames.contact_title),
  spec('contact_phone', 'Contact: telephone', contactNames.contact_phone),
  spec('contact_language', 'Contact: language', contactNames.contact_language),
  spec('contact_hiring', 'Contact: decides on hiring', contactNames.contact_hiring),
];

/** What the columns of a file can hold, by the kind of file. */
export const IMPORT_FIELD_SPECS: Readonly<Record<'employers' | 'contacts', readonly Spec[]>> = {
  employers: [
    LEGAL_NAME,
    DBA,
    FEIN,
    EXTERNAL_ID,
    ADDRESS,
    CITY,
    STATE,
    ZIP,
    COUNTY,
    COUNTY_FIPS,
    REGION,
    PHONE,
    NAICS,
    LEGAL_FORM,
    JOBS,
    TIME_ZONE,
    WEBSITE,
    ALIASES,
    EMAIL_DOMAINS,
    PARENT,
    ...SITES,
    ...CONTACT_SPECS,
  ],
  contacts: [
    { ...EXTERNAL_ID, label: 'Employer: your own id' },
    { ...FEIN, label: 'Employer: FEIN' },
    // "Name" in a list of people is the person.
    {
      ...LEGAL_NAME,
      label: 'Employer: name',
      required: false,
      names: LEGAL_NAME.names.filter((name) => name !== 'name'),
    },
    { ...ZIP, label: 'Employer: ZIP code' },
    ...CONTACT_SPECS.map((contact) => {
      if (contact.field === 'contact_email') return { ...contact, required: true };
      if (contact.field === 'contact_name') return { ...contact, names: [...contact.names, 'name'] };
      if (contact.field === 'contact_phone') return { ...contact, names: [...contact.names, ...PHONE.names] };
      return contact;
    }),
  ],
};
