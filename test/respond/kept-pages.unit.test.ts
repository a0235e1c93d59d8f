import { expect, it } from 'vitest';
import { createKeptPages, HOLES } from '../../src/respond/kept-pages.ts';

const own = { token: 'TOKEN', askId: '17', shownAt: 'abc' };

it('renders a page once for all who see the same, and fills in what is their own', () => {
  const keep = createKeptPages();
  let rendered = 0;
  const render = () => {
    rendered += 1;
    return `<a href="/r/${HOLES.token}/c/1">${HOLES.askId}</a><a href="/r/${HOLES.token}">${HOLES.shownAt}</a>`;
  };
  expect(keep('welder', own, render)).toBe('<a href="/r/TOKEN/c/1">17</a><a href="/r/TOKEN">abc</a>');
  expect(keep('welder', { ...own, token: 'OTHER', askId: '18' }, render)).toBe(
    '<a href="/r/OTHER/c/1">18</a><a href="/r/OTHER">abc</a>',
  );
  expect(rendered).toBe(1);
});

it('renders again under another key', () => {
  const keep = createKeptPages();
  expect(keep('yes', own, () => 'checked')).toBe('checked');
  expect(keep('no', own, () => 'not checked')).toBe('not checked');
});

it('holds no more than a thousand pages', () => {
  const keep = createKeptPages();
  let rendered = 0;
  const show = (page: number) =>
    keep(String(page), own, () => {
      rendered += 1;
      return String(page);
    });
  for (let page = 0; page <= 1_000; page += 1) show(page);
  expect(rendered).toBe(1_001);
  show(1_000);
  expect(rendered).toBe(1_001);
  show(0);
  expect(rendered).toBe(1_002);
});
