/**
 * Asks the person for a file.
 *
 * For: `core`. The chooser may hide the page, and a hidden tablet locks: the input belongs to no
 * screen, so that the choice arrives even where the screen that asked is gone.
 */

let asking: HTMLInputElement | null = null;

/** The file chosen; nothing where the person left. A second question takes the first one's place. */
export function chooseFile(accept: string): Promise<File | null> {
  return new Promise((done) => {
    const input = document.createElement('input');
    asking = input;
    input.type = 'file';
    input.accept = accept;
    const answer = (file: File | null): void => {
      if (asking === input) asking = null;
      done(file);
    };
    input.addEventListener('change', () => answer(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => answer(null));
    input.click();
  });
}
