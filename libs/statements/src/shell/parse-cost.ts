const signsMax = 1_000;
const openMax = 200;

/** Texts for which the grammar takes a time and a memory that grow with the square of their length. */
export function isCostlyToParse(text: string): boolean {
  let pipes = 0;
  let arrows = 0;
  let open = 0;
  for (let at = 0; at < text.length; at += 1)
    switch (text.charCodeAt(at)) {
      case 0x7c: // |
        pipes += 1;
        break;
      case 0x3c: // <
      case 0x3e: // >
        arrows += 1;
        break;
      case 0x7b: // {
        if (text[at - 1] === '$') open += 1;
        break;
      case 0x7d: // }
        if (open > 0) open -= 1;
        break;
    }
  return pipes > signsMax || arrows > signsMax * 2 || open > openMax;
}
