//! Packs files into a deterministic zip archive. Pure.
//!
//! The archive contains no times or owners, so the same files result in the same bytes on every machine.

use std::io::Write as _;

use bytes::Bytes;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Without ZIP64, the format has 16 bits for the number of files and 32 bits for lengths.
const MOST_FILES: usize = u16::MAX as usize - 1;

/// The version of the format with directories and compression.
const VERSION: u16 = 20;

/// Names are UTF-8.
const UTF8: u16 = 1 << 11;

const DEFLATE: u16 = 8;

/// 1 January 1980, the earliest time of the format.
const BEGINNING: u16 = 1 << 5 | 1;

/// Created on Unix: the upper half of the attributes contains the file mode.
const UNIX: u16 = 3 << 8;

/// A regular file that is readable by all users.
const RIGHTS: u32 = 0o100_644 << 16;

/// Whether these bytes start like a zip archive.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Packs the files into one archive, in the given order. The error is the reason.
pub(crate) fn packed(files: &[(String, Bytes)]) -> Result<Bytes, &'static str> {
    if files.len() > MOST_FILES {
        return Err("contains too many files for a zip archive");
    }
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = length(archive.len())?;
        let entry = Entry::of(name, content)?;
        archive.extend(b"PK\x03\x04");
        entry.describe(&mut archive);
        archive.extend(name.as_bytes());
        archive.extend(&entry.compressed);

        directory.extend(b"PK\x01\x02");
        directory.extend((UNIX | VERSION).to_le_bytes());
        entry.describe(&mut directory);
        // No comment, the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(RIGHTS.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let begin = length(archive.len())?;
    let count = u16::try_from(files.len()).map_err(|_| TOO_LARGE)?.to_le_bytes();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count);
    archive.extend(count);
    archive.extend(length(directory.len())?.to_le_bytes());
    archive.extend(begin.to_le_bytes());
    archive.extend([0; 2]);
    Ok(archive.into())
}

struct Entry {
    compressed: Vec<u8>,
    sum: u32,
    size: u32,
    name: u16,
}

impl Entry {
    fn of(name: &str, content: &[u8]) -> Result<Self, &'static str> {
        let mut sum = Crc::new();
        sum.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        // Writing to memory cannot fail.
        let compressed = encoder.write_all(content).and_then(|()| encoder.finish()).map_err(|_| TOO_LARGE)?;
        length(compressed.len())?;
        let name = u16::try_from(name.len()).map_err(|_| "contains a file name that is too long for a zip archive")?;
        Ok(Self { compressed, sum: sum.sum(), size: length(content.len())?, name })
    }

    /// The fields that the local header and the central directory share.
    fn describe(&self, out: &mut Vec<u8>) {
        for word in [VERSION, UTF8, DEFLATE, 0, BEGINNING] {
            out.extend(word.to_le_bytes());
        }
        out.extend(self.sum.to_le_bytes());
        out.extend(u32::try_from(self.compressed.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out.extend(self.name.to_le_bytes());
        // No extra field.
        out.extend([0; 2]);
    }
}

const TOO_LARGE: &str = "is too large for a zip archive";

fn length(length: usize) -> Result<u32, &'static str> {
    u32::try_from(length).map_err(|_| TOO_LARGE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    fn file(name: &str, content: &str) -> (String, Bytes) {
        (name.to_owned(), Bytes::copy_from_slice(content.as_bytes()))
    }

    fn word(bytes: &[u8], at: usize) -> usize {
        usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    fn long(bytes: &[u8], at: usize) -> usize {
        word(bytes, at) | word(bytes, at + 2) << 16
    }

    /// Reads an archive like a zip reader: from the end record to the directory, and from there to each file.
    fn unpacked(archive: &[u8]) -> Vec<(String, String)> {
        let end = archive.len() - 22;
        assert_eq!(&archive[end..end + 4], b"PK\x05\x06");
        let (count, mut entry) = (word(archive, end + 10), long(archive, end + 16));
        assert_eq!(entry + long(archive, end + 12), end, "the directory is directly before the end record");
        let mut files = Vec::new();
        for _ in 0..count {
            assert_eq!(&archive[entry..entry + 4], b"PK\x01\x02");
            let (size, whole, length) =
                (long(archive, entry + 20), long(archive, entry + 24), word(archive, entry + 28));
            let name = String::from_utf8(archive[entry + 46..entry + 46 + length].to_vec()).unwrap();
            let local = long(archive, entry + 42);
            assert_eq!(&archive[local..local + 4], b"PK\x03\x04");
            assert_eq!(archive[local + 4..local + 30], archive[entry + 6..entry + 32], "both headers are equal");
            let begin = local + 30 + length;
            let mut content = String::new();
            DeflateDecoder::new(&archive[begin..begin + size]).read_to_string(&mut content).unwrap();
            assert_eq!(content.len(), whole);
            files.push((name, content));
            entry += 46 + length;
        }
        files
    }

    #[test]
    fn packed_files_are_found_in_the_archive() {
        let files = [file("handler.js", "exports.handle = () => 'hello hello hello hello'"), file("empty", "")];
        let archive = packed(&files).unwrap();
        assert!(is_packed(&archive));
        let found = unpacked(&archive);
        assert_eq!(found[0], ("handler.js".to_owned(), "exports.handle = () => 'hello hello hello hello'".to_owned()));
        assert_eq!(found[1], ("empty".to_owned(), String::new()));
        assert_eq!(packed(&files).unwrap(), archive, "the same files make the same bytes");
        assert_eq!(unpacked(&packed(&[]).unwrap()), []);
    }

    #[test]
    fn names_may_contain_unicode_and_directories() {
        let archive = packed(&[file("src/été.py", "x")]).unwrap();
        assert_eq!(unpacked(&archive), [("src/été.py".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn files_that_exceed_the_limits_are_rejected() {
        let many = vec![file("a", ""); MOST_FILES + 1];
        assert!(packed(&many).unwrap_err().contains("too many files"));
        assert!(packed(&[file(&"a".repeat(70_000), "")]).unwrap_err().contains("name"));
    }
}
