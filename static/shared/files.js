// A file that the server would cut off is named before it is sent.
export function tooLarge(files, largest) {
  return [...files].some((file) => file.size > Number(largest));
}
