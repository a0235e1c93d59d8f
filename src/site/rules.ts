/**
 * What the public may see of a count without learning what a single employer said (STANDARDS Q5): the number of
 * both-yes only as on which side of the policy's number it lies, and who was asked and who answered only as bands.
 */

export type Band = { from: number; to: number };

export type SafeFigures = {
  /** Whether at least as many employers as the policy asks for said yes to everything. */
  enough: boolean;
  required: number;
  asked: Band;
  answered: Band;
};

/**
 * Figures of one frozen snapshot as the public may see them. Both bands lie on one grid that has a line at the policy's
 * number, so that no subtraction between what is shown leaves fewer than `smallCell` possibilities for the number of
 * both-yes, of other answers, or of employers who did not answer.
 */
export function safeFigures(
  figures: { asked: number; answered: number; bothYes: number },
  required: number,
  smallCell: number,
): SafeFigures {
  return {
    enough: figures.bothYes >= required,
    required,
    asked: bandOf(figures.asked, required, smallCell),
    answered: bandOf(figures.answered, required, smallCell),
  };
}

/** The grid's first band reaches from zero; it is the widest where the policy's number is no multiple of the cell. */
function bandOf(count: number, required: number, smallCell: number): Band {
  const firstEnd = required < smallCell ? required + smallCell : (required % smallCell) + smallCell;
  if (count < firstEnd) return { from: 0, to: firstEnd - 1 };
  const from = count - ((count - firstEnd) % smallCell);
  return { from, to: from + smallCell - 1 };
}
