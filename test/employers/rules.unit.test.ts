import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IMPORT_FIELD_SPECS } from '../../src/employers/columns.ts';
import { ISSUE_CODES, issueAt } from '../../src/employers/issues.ts';
import { deriveCountingUnits, type UnitLink } from '../../src/employers/rules/counting-units.ts';
import {
  blockingKeys,
  type DuplicateFacts,
  sameButForSlips,
  scoreDuplicate,
} from '../../src/employers/rules/duplicates.ts';
import { addressKey, employerNameKey, splitEmployerName } from '../../src/employers/rules/employer-name.ts';
import {
  isTimeZone,
  parseFein,
  parseJobs,
  parseLegalForm,
  parsePhone,
  parseZip,
} from '../../src/employers/rules/employer-values.ts';
import { openRow, readContact, readEmployer } from '../../src/employers/rules/normalise-row.ts';
import { guessColumns, headerFingerprint } from '../../src/lib/csv-columns.ts';
import { isFreeMailDomain, parseMailAddress, websiteDomain } from '../../src/lib/mail-address.ts';
import { isNaicsPrefix, naicsTitle, retiredNaics } from '../../src/lib/naics.ts';
import { stateCode, stateOfZip } from '../../src/lib/us-postal.ts';

describe('names and addresses', () => {
  test.each([
    ['Rocky Mountain Eye Center, P.C.', 'THE ROCKY MOUNTAIN EYE CENTER PC'],
    ['GTUIT LLC', 'Gtuit, L.L.C.'],
    ['Smith & Sons Co., Inc.', 'SMITH AND SONS'],
    ['Café Zoë, Limited Liability Company', 'CAFE ZOE LLC'],
    ["O'Haire Manor", 'OHAIRE MANOR'],
    ['Newland and Company, a Professional Corporation', 'NEWLAND'],
  ])('%s = %s', (one, other) => expect(employerNameKey(one)).toBe(employerNameKey(other)));

  test.each([
    ['Acme 1 Inc', 'Acme 2 Inc'],
    ['The Company', 'The Corporation'],
    ['Inc', 'LLC'],
  ])('%s is not %s', (one, other) => expect(employerNameKey(one)).not.toBe(employerNameKey(other)));

  test('a key is never empty for a name with letters, and stays the same when made twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const key = employerNameKey(name);
        expect(employerNameKey(key)).toBe(key);
        if (/[a-z0-9]/i.test(name)) expect(key).not.toBe('');
      }),
    );
  });

  test.each([
    [
      'KISMET BIL LLC DBA PARKVIEW CARE CENTER',
      { legal: 'KISMET BIL LLC', dba: 'PARKVIEW CARE CENTER', former: null },
    ],
    [
      'Lumenad, Inc. (fka Big Sky Digital Inc.)',
      { legal: 'Lumenad, Inc.', dba: null, former: 'Big Sky Digital Inc.' },
    ],
    ['Acme, d/b/a: Acme Shop', { legal: 'Acme', dba: 'Acme Shop', former: null }],
    ['DBA Consulting', { legal: 'DBA Consulting', dba: null, former: null }],
  ])('%s', (name, parts) => expect(splitEmployerName(name)).toEqual(parts));

  test.each([
    ['2924 Millennium Circle Suite A', '2924 MILLENNIUM CIR, STE A'],
    ['P.O. Box 17', 'PO BOX 17'],
    ['403 East 2nd Street (Mailing address is: P.O. Box 5134)', '403 E 2ND ST'],
  ])('%s = %s', (one, other) => expect(addressKey(one)).toBe(addressKey(other)));
});

describe('values', () => {
  test.each([
    ['12-3456789', '123456789'],
    ['123456789', '123456789'],
    ['00-1234567', null],
    ['12345678', null],
    ['12-34567890', null],
  ])('FEIN %s', (text, fein) => expect(parseFein(text)).toBe(fein));

  test.each([
    ['59601', { zip: '59601', restored: false }],
    ['59601-1234', { zip: '59601', restored: false }],
    ['596011234', { zip: '59601', restored: false }],
    ['2134', { zip: '02134', restored: true }],
    ['59601.0', { zip: '59601', restored: false }],
    ['K1A 0B1', null],
    ['00000', null],
  ])('ZIP %s', (text, zip) => expect(parseZip(text)).toEqual(zip));

  test.each([
    ['406.555.0100', '(406) 555-0100'],
    ['+1 (406) 555-0100 x12', '(406) 555-0100 ext. 12'],
    ['555-0100', null],
    ['106-555-0100', null],
  ])('telephone %s', (text, phone) => expect(parsePhone(text)).toBe(phone));

  test.each([
    ['1,234', 1234],
    ['12.0', 12],
    ['0', 0],
    ['10-19', null],
    ['-3', null],
    ['1,23', null],
  ])('jobs %s', (text, jobs) => expect(parseJobs(text)).toBe(jobs));

  test.each([
    ['Ana.Ruiz+hr@Sub.Firm.Example', 'sub.firm.example'],
    ['a@b.co', 'b.co'],
    ['a@localhost', null],
    ['a b@firm.example', null],
    ['a@@firm.example', null],
    ['.a@firm.example', null],
    ['a..b@firm.example', null],
    ['a@firm.example\r\nBcc: x@y.example', null],
    ['<a@firm.example>', null],
    ['a@-firm.example', null],
    ['"quoted"@firm.example', null],
    [`${'a'.repeat(65)}@firm.example`, null],
  ])('mail address %j', (text, domain) => expect(parseMailAddress(text)?.domain ?? null).toBe(domain));

  test('free mail, websites, zones, states, legal forms', () => {
    expect(isFreeMailDomain('Gmail.com')).toBe(true);
    expect(isFreeMailDomain('firm.example')).toBe(false);
    expect(websiteDomain('www.Firm.example/about')).toBe('firm.example');
    expect(websiteDomain('http://127.0.0.1/')).toBeNull();
    expect(websiteDomain('javascript:alert(1)')).toBeNull();
    expect(isTimeZone('America/Denver')).toBe(true);
    expect(isTimeZone('Mountain')).toBe(false);
    expect(stateCode('montana')).toBe('MT');
    expect(stateCode('M.T.')).toBe('MT');
    expect(stateCode('Alberta')).toBeNull();
    expect([stateOfZip('59601'), stateOfZip('02134'), stateOfZip('82001')]).toEqual(['MT', 'MA', 'WY']);
    expect(parseLegalForm('Limited  Liability Company(LLC)')).toBe('Limited liability company');
  });

  test('industry codes', () => {
    expect(naicsTitle('722511')).toBe('Full-Service Restaurants');
    expect(naicsTitle('722110')).toBeNull();
    expect(['23', '6212', '541', '722511'].map(isNaicsPrefix)).toEqual([true, true, true, true]);
    expect(['2', '99', '7221100', '72251x', ''].map(isNaicsPrefix)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    for (const code of ['722110', '517110', '454111'])
      expect(naicsTitle(retiredNaics(code)?.now ?? '')).not.toBeNull();
  });
});

describe('columns', () => {
  const guess = (headers: string[], rows: string[][] = [], kind: 'employers' | 'contacts' = 'employers') =>
    guessColumns(headers, rows, IMPORT_FIELD_SPECS[kind]).map((one) => one.field);

  test.each([
    [
      ['Company', 'E-mail', 'Zip Code', '# of Employees'],
      ['legal_name', 'contact_email', 'zip', 'jobs'],
    ],
    [
      ['Employer', 'Contact first', 'Contact last', 'Number of staff', 'Sector code'],
      ['legal_name', 'contact_first_name', 'contact_last_name', 'jobs', 'naics_code'],
    ],
    [
      ['Employer', 'Sector code', 'NAICS', 'County', 'FIPS', 'Local area', 'Parent company', 'AKA'],
      ['legal_name', null, 'naics_code', 'county', 'county_fips', 'region', 'parent', 'aliases'],
    ],
    [
      ['Employer', 'Address', 'City', 'Site', 'Site address', 'Site city', 'Site county', 'Email domains'],
      [
        'legal_name',
        'address',
        'city',
        'site_name',
        'site_address',
        'site_city',
        'site_county',
        'email_domains',
      ],
    ],
    [
      ['LEGAL BUSINESS NAME', 'Trade Name', 'EIN', 'Postal Code'],
      ['legal_name', 'dba', 'fein', 'zip'],
    ],
    [
      ['Employer_Name', 'mailing_address', 'mailing_city', 'mailing_state'],
      ['legal_name', 'address', 'city', 'state'],
    ],
    [
      ['Empresa', 'Dirección', 'Ciudad', 'Correo electrónico'],
      ['legal_name', 'address', 'city', 'contact_email'],
    ],
    [
      ['First Name', 'Last Name', 'Job Title', 'Busines Name'],
      ['contact_first_name', 'contact_last_name', 'contact_title', 'legal_name'],
    ],
    [
      ['Notes', 'Shoe size', ''],
      [null, null, null],
    ],
  ])('%j', (headers, fields) => expect(guess(headers)).toEqual(fields));

  test('in a list of contacts, "Name" is the person', () => {
    expect(guess(['Name', 'Employer', 'Email', 'Phone'], [], 'contacts')).toEqual([
      'contact_name',
      'legal_name',
      'contact_email',
      'contact_phone',
    ]);
  });

  test('unmistakable values decide under a header that says nothing, and doubt one that misleads', () => {
    const rows = [
      ['a@x.example', 'see file'],
      ['b@x.example', 'n/a'],
      ['c@x.example', 'call first'],
    ];
    expect(guess(['Column 7', 'Zip'], rows)).toEqual(['contact_email', null]);
  });

  test('no field is given twice, and the fingerprint ignores case and punctuation', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Name', 'Company', 'Zip', 'City', 'Phone', 'Email', 'x'), { maxLength: 12 }),
        (headers) => {
          const fields = guess(headers).filter((field) => field !== null);
          expect(new Set(fields).size).toBe(fields.length);
        },
      ),
    );
    expect(headerFingerprint(['Zip Code', 'E-mail'])).toBe(headerFingerprint(['zip_code', 'EMAIL']));
    expect(headerFingerprint(['Zip', 'Email'])).not.toBe(headerFingerprint(['Email', 'Zip']));
  });
});

describe('rows', () => {
  const HEADERS = ['name', 'zip', 'state', 'fein', 'email', 'naics', 'jobs'];
  const MAPPING = {
    0: 'legal_name',
    1: 'zip',
    2: 'state',
    3: 'fein',
    4: 'contact_email',
    5: 'naics_code',
    6: 'jobs',
  };
  const read = (...cells: string[]) => {
    const opened = openRow({ line: 7, cells }, HEADERS, MAPPING);
    const employer = opened.reader && readEmployer(opened.reader);
    const contact = employer && opened.reader && readContact(opened.reader);
    return { employer, contact, codes: opened.issues.map((issue) => issue.code), issues: opened.issues };
  };

  test.each([
    [['Acme', '59601', 'MT', '12-3456789', 'a@acme.example', '722511', '5'], []],
    [['Acme', '2134', 'Massachusetts', '', 'a@acme.example', '722511', '5'], ['zip_zero_restored']],
    [['Acme', '5971', 'MT', '', 'a@acme.example', '722511', '5'], ['zip_invalid']],
    [['Acme', '59601', 'WY', '', 'a@acme.example', '722511', '5'], ['zip_not_in_state']],
    [
      ['Acme', 'ABC', 'Narnia', '1', 'nope', '999', 'many'],
      ['state_unknown', 'zip_invalid', 'fein_invalid', 'naics_unclassified', 'jobs_invalid', 'email_invalid'],
    ],
    [['=1+1', '59601', 'MT', '', '', '722511', '5'], ['formula_cell']],
    [['', '59601', 'MT', '', 'a@acme.example', '722511', '5'], ['name_missing']],
    [['Acme', '59601', 'MT', '', 'a@acme.example', '722511', '5', 'surplus'], ['cells_extra']],
    [
      ['Acme', '59601', 'MT', '', 'a@acme.example', '722511'],
      ['cells_missing', 'jobs_missing'],
    ],
    [['Ac\0me', '59601', 'MT', '', '', '722511', '5'], ['control_character']],
    [['A'.repeat(501), '59601', 'MT', '', '', '722511', '5'], ['value_too_long']],
    [
      ['CafÃ© M', '59601', 'MT', '', '', '541', '5'],
      ['double_encoded', 'naics_short'],
    ],
    [['Caf\uFFFD', '59601', 'MT', '', '', '541511', '5'], ['broken_character']],
  ])('%j', (cells, codes) => expect(read(...cells).codes).toEqual(codes));

  test('a trailing empty cell is no surplus value', () => {
    expect(read('Acme', '59601', 'MT', '', '', '722511', '5', '', ' ').codes).toEqual([]);
  });

  test('whatever a cell holds, reading it throws nothing and a message stays one printable line', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 9 }), (cells) => {
        for (const issue of read(...cells).issues) {
          expect(issue.message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
          expect(issue.message.length).toBeLessThan(500);
        }
      }),
    );
  });

  test('every issue has a sentence that says something even without facts', () => {
    for (const code of ISSUE_CODES) expect(issueAt(1, null, code).message.length).toBeGreaterThan(10);
  });
});

describe('duplicates', () => {
  const facts = (more: Partial<DuplicateFacts>): DuplicateFacts => ({
    id: 1,
    nameKey: 'acme',
    aliasKeys: [],
    fein: null,
    addressKey: '',
    cityKey: '',
    state: 'MT',
    zip: '',
    domains: [],
    phoneKey: '',
    ...more,
  });

  test.each([
    ['same name, no place', { nameKey: 'acme' }, { nameKey: 'acme' }, 0.6],
    ['same name, other state', { nameKey: 'acme' }, { nameKey: 'acme', state: 'WY' }, null],
    [
      'same name, other state, same domain',
      { domains: ['a.example'] },
      { state: 'WY', domains: ['a.example'] },
      1,
    ],
    [
      'same address only',
      { nameKey: 'a b', addressKey: '1 elm st', zip: '1' },
      { nameKey: 'c d', addressKey: '1 elm st', zip: '1' },
      null,
    ],
    [
      'a slip, same ZIP',
      { nameKey: 'rocky mountain dental', zip: '1' },
      { nameKey: 'rocky mountian dental', zip: '1' },
      0.6,
    ],
    [
      'a slip, elsewhere',
      { nameKey: 'rocky mountain dental', zip: '1' },
      { nameKey: 'rocky mountian dental', zip: '2' },
      null,
    ],
    [
      'numbers differ',
      { nameKey: 'mtb 1', addressKey: '1 elm', zip: '1' },
      { nameKey: 'mtb 3', addressKey: '1 elm', zip: '1' },
      null,
    ],
    [
      'trade name of one is the name of the other',
      { nameKey: 'kismet', aliasKeys: ['parkview'], zip: '1' },
      { nameKey: 'parkview', zip: '1' },
      0.65,
    ],
    ['two FEINs', { fein: '111111111' }, { fein: '222222222' }, null],
  ] as const)('%s', (_name, one, other, score) => {
    const [a, b] = [facts(one), facts({ id: 2, ...other })];
    expect(scoreDuplicate(a, b)?.score ?? null).toBe(score);
    expect(scoreDuplicate(b, a)).toEqual(scoreDuplicate(a, b));
  });

  test('a pair that would be proposed shares a blocking key', () => {
    const word = fc.constantFrom('rocky', 'mountain', 'mountian', 'dental', 'eye', 'center', '1', '2');
    const some = fc.record({
      nameKey: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
      aliasKeys: fc.array(fc.constantFrom('acme', 'dental'), { maxLength: 1 }),
      fein: fc.constantFrom(null, '111111111', '222222222'),
      addressKey: fc.constantFrom('', '1 elm st'),
      cityKey: fc.constant('butte'),
      state: fc.constant('MT'),
      zip: fc.constantFrom('', '59701'),
      domains: fc.array(fc.constantFrom('a.example', 'b.example'), { maxLength: 1 }),
      phoneKey: fc.constantFrom('', '4065550100'),
    });
    fc.assert(
      fc.property(some, some, (one, other) => {
        const [a, b] = [
          { id: 1, ...one },
          { id: 2, ...other },
        ];
        const verdict = scoreDuplicate(a, b);
        // Slips in the first four letters are the one thing that blocking by ZIP gives up.
        if (!verdict || verdict.reasons[0]?.code === 'similar_name') return;
        const keys = new Set(blockingKeys(a));
        expect(blockingKeys(b).some((key) => keys.has(key))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('run together or apart is a slip, a short word is not', () => {
    expect(sameButForSlips('machine shop', 'machineshop')).toBe(true);
    expect(sameButForSlips('kismet bil', 'kismet big')).toBe(false);
  });
});

describe('counting units', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const link = fc.record({
    a: fc.nat({ max: 8 }),
    b: fc.nat({ max: 8 }),
    because: fc.constantFrom('merged' as const, 'open_proposal' as const),
    from: fc.integer({ min: 1, max: 5 }).map(at),
    until: fc.option(fc.integer({ min: 3, max: 9 }).map(at)),
  });

  test('the unit is the lowest id of all that current links join, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (links, day) => {
        const units = deriveCountingUnits(links, at(day));
        expect(deriveCountingUnits([...links].reverse(), at(day))).toEqual(units);
        const current = links.filter((one) => one.from <= at(day) && (!one.until || one.until > at(day)));
        for (const one of current) expect(units.get(one.a)).toBe(units.get(one.b));
        for (const [member, unit] of units) {
          expect(unit).toBeLessThanOrEqual(member);
          expect(units.get(unit)).toBe(unit);
        }
      }),
    );
  });

  test('a link counts from its beginning and not at its end', () => {
    const links: UnitLink[] = [{ a: 4, b: 9, because: 'open_proposal', from: at(2), until: at(4) }];
    expect([1, 2, 3, 4].map((day) => deriveCountingUnits(links, at(day)).get(9) ?? 9)).toEqual([9, 4, 4, 9]);
  });
});
