/** A tar archive, as the engine takes files; of the POSIX format's fields only what is needed. */

const BLOCK = 512;

/**
 * An archive with one empty file.
 * @param name at most 100 ASCII characters
 * @param time when it was changed, in seconds since 1970
 */
export function emptyFileTar(name: string, time: number): Buffer {
  // A header, and the two empty blocks that end an archive.
  const tar = Buffer.alloc(3 * BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  const put = (offset: number, text: string): void => void tar.write(text, offset, 'latin1');
  put(0, name);
  put(100, octal(0o600, 7));
  put(108, octal(0, 7)); // uid
  put(116, octal(0, 7)); // gid
  put(124, octal(0, 11)); // size
  put(136, octal(time, 11));
  put(148, ' '.repeat(8)); // its own checksum counts as spaces
  put(156, '0'); // a regular file
  put(257, 'ustar\u000000');
  const sum = tar.subarray(0, BLOCK).reduce((before, byte) => before + byte, 0);
  put(148, `${octal(sum, 6)} `);
  return tar;
}
