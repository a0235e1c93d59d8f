import { describe, expect, it } from 'vitest';
import { fillForm, readForms, readLinks, readText } from '../../src/demo/html-forms.ts';

const PAGE = `
<a class="usa-link" href="/r/abc/decline?from=a&amp;b=1">I&#x27;m not the <b>right</b> person</a>
<form method="post" action="/r/abc/credentials/3" novalidate>
  <input type="hidden" name="step" value="2">
  <fieldset><legend>Pay more &amp; prefer?</legend>
    <input type="radio" name="incentive" id="a" value="yes"><label for="a">Yes</label>
    <input type="radio" name="incentive" value="no" checked><label>No</label>
    <input type='radio' name='preference' value='yes'>
    <input type='radio' name='preference' value='not_sure'>
  </fieldset>
  <select name="wage"><option value="">Choose</option><option value="b2" selected>$20</option></select>
  <input name="colleague" value="O&#39;Neill"><input name="gone" value="x" disabled>
  <textarea name="note">
two &lt;lines&gt;</textarea>
  <button type="submit" name="action" value="save">Continue</button>
  <button name="action" value="skip">Skip</button>
</form>`;

describe('readForms', () => {
  const [form] = readForms(PAGE);

  it('finds where the form goes and what it holds', () => {
    expect(form).toMatchObject({ method: 'post', action: '/r/abc/credentials/3' });
    expect(
      form!.controls.map((control) => [control.name, control.type, control.initial, control.values]),
    ).toEqual([
      ['step', 'hidden', '2', []],
      ['incentive', 'radio', 'no', ['yes', 'no']],
      ['preference', 'radio', null, ['yes', 'not_sure']],
      ['wage', 'select', 'b2', ['', 'b2']],
      ['colleague', 'text', "O'Neill", []],
      ['note', 'textarea', 'two <lines>', []],
      ['action', 'submit', null, ['save', 'skip']],
    ]);
  });

  it('sends what a browser would send', () => {
    const body = fillForm(form!, { preference: 'yes', note: 'hello' }, { name: 'action', value: 'save' });
    expect([...body]).toEqual([
      ['step', '2'],
      ['incentive', 'no'],
      ['preference', 'yes'],
      ['wage', 'b2'],
      ['colleague', "O'Neill"],
      ['note', 'hello'],
      ['action', 'save'],
    ]);
  });

  it('sends nothing for a radio that nobody chose', () => {
    expect(fillForm(form!, {}).has('preference')).toBe(false);
  });
});

it('reads links and text', () => {
  expect(readLinks(PAGE)).toEqual([{ href: '/r/abc/decline?from=a&b=1', text: "I'm not the right person" }]);
  expect(readText('<p>A &amp; B</p>\n<style>p{}</style> c')).toBe('A & B c');
});
