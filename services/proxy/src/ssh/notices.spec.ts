import { describe, expect, it } from '@jest/globals';
import { Notices } from './notices.ts';

describe('notices', () => {
  it('are told to everything that runs', () => {
    const notices = new Notices();
    const heard: string[] = [];
    notices.listen((text) => heard.push(`a ${text}`));
    const leave = notices.listen((text) => heard.push(`b ${text}`));
    notices.tell('one');
    leave();
    notices.tell('two');
    expect(heard).toEqual(['a one', 'b one', 'a two']);
  });

  it('wait for what runs next, and are told once', () => {
    const notices = new Notices();
    for (let count = 1; count <= 12; count += 1) notices.tell(String(count));
    const heard: string[] = [];
    notices.listen((text) => heard.push(text))();
    notices.listen((text) => heard.push(text));
    expect(heard).toEqual(['3', '4', '5', '6', '7', '8', '9', '10', '11', '12']);
  });
});
