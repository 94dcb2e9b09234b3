//! Automerge's column encodings, read without ever holding more than one value.
//!
//! # Source
//! Automerge binary document format, sections "LEB128", "Column encodings":
//! <https://automerge.org/automerge-binary-format-spec/>

/// Bytes that do not decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A slice read from its front.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// Unsigned LEB128 of at most 64 bits.
    pub(super) fn unsigned(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Malformed);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// Signed LEB128 of at most 64 bits.
    pub(super) fn signed(&mut self) -> Result<i64, Malformed> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = i64::from(byte & 0x7f);
            if shift == 63 && bits != 0 && bits != 0x7f {
                return Err(Malformed);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let width = shift + 7;
                if width < 64 && byte & 0x40 != 0 {
                    value |= -1_i64 << width;
                }
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    /// A length, then that many bytes.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.unsigned()?).map_err(|_| Malformed)?;
        self.take(length)
    }
}

/// A value of a run-length-encoded column.
pub(super) trait RunValue<'a>: Copy {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Malformed>;
}

impl RunValue<'_> for u64 {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        cursor.unsigned()
    }
}

impl RunValue<'_> for i64 {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        cursor.signed()
    }
}

impl<'a> RunValue<'a> for &'a str {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Malformed> {
        std::str::from_utf8(cursor.prefixed()?).map_err(|_| Malformed)
    }
}

/// One run: this many times the same value, or nothing.
struct Run<T> {
    length: u64,
    value: Option<T>,
}

/// Run-length encoding: repeated values, literals, nulls.
pub(super) struct Runs<'a, T> {
    cursor: Cursor<'a>,
    literals: u64,
    run: Run<T>,
}

impl<'a, T: RunValue<'a>> Runs<'a, T> {
    pub(super) fn new(column: &'a [u8]) -> Self {
        Self {
            cursor: Cursor(column),
            literals: 0,
            run: Run {
                length: 0,
                value: None,
            },
        }
    }

    /// The next run whole, or nothing at the column's end; for counting without stepping.
    fn next_run(&mut self) -> Result<Option<Run<T>>, Malformed> {
        if self.literals > 0 {
            self.literals -= 1;
            let value = Some(T::read(&mut self.cursor)?);
            return Ok(Some(Run { length: 1, value }));
        }
        if self.cursor.is_empty() {
            return Ok(None);
        }
        match self.cursor.signed()? {
            0 => {
                let length = self.cursor.unsigned()?;
                let value = None;
                (length > 0)
                    .then_some(Some(Run { length, value }))
                    .ok_or(Malformed)
            }
            length @ 1.. => {
                let value = Some(T::read(&mut self.cursor)?);
                let length = length.unsigned_abs();
                Ok(Some(Run { length, value }))
            }
            literals => {
                self.literals = literals.unsigned_abs();
                self.next_run()
            }
        }
    }

    /// The next value; past the column's end, and for nulls, none.
    pub(super) fn next(&mut self) -> Result<Option<T>, Malformed> {
        if self.run.length == 0 {
            match self.next_run()? {
                Some(run) => self.run = run,
                None => return Ok(None),
            }
        }
        self.run.length -= 1;
        Ok(self.run.value)
    }

    /// Nothing is left.
    pub(super) fn finish(&self) -> Result<(), Malformed> {
        let ended = self.run.length == 0 && self.literals == 0 && self.cursor.is_empty();
        ended.then_some(()).ok_or(Malformed)
    }

    /// How many values the column holds; more than `cap` is only told as more.
    pub(super) fn count(mut self, cap: u64) -> Result<u64, Malformed> {
        let mut count = 0_u64;
        while let Some(run) = self.next_run()? {
            count = count.saturating_add(run.length);
            if count > cap {
                break;
            }
        }
        Ok(count)
    }
}

impl Runs<'_, u64> {
    /// The sum of the column's values; more than `cap` is only told as more.
    pub(super) fn sum(mut self, cap: u64) -> Result<u64, Malformed> {
        let mut sum = 0_u64;
        while let Some(run) = self.next_run()? {
            sum = sum.saturating_add(run.value.unwrap_or(0).saturating_mul(run.length));
            if sum > cap {
                break;
            }
        }
        Ok(sum)
    }
}

/// Differences to the value before.
pub(super) struct Deltas<'a> {
    runs: Runs<'a, i64>,
    last: i64,
}

impl<'a> Deltas<'a> {
    pub(super) fn new(column: &'a [u8]) -> Self {
        Self {
            runs: Runs::new(column),
            last: 0,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<i64>, Malformed> {
        let Some(delta) = self.runs.next()? else {
            return Ok(None);
        };
        self.last = self.last.checked_add(delta).ok_or(Malformed)?;
        Ok(Some(self.last))
    }

    pub(super) fn finish(&self) -> Result<(), Malformed> {
        self.runs.finish()
    }
}

/// Whether a column of booleans holds a true: alternating run lengths, false first.
pub(super) fn any_true(column: &[u8]) -> Result<bool, Malformed> {
    let mut cursor = Cursor(column);
    let mut truth = false;
    while !cursor.is_empty() {
        if cursor.unsigned()? > 0 && truth {
            return Ok(true);
        }
        truth = !truth;
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_64_bits_and_no_more_are_read() {
        let unsigned = |bytes: &[u8]| Cursor(bytes).unsigned();
        assert_eq!(unsigned(&[0xe5, 0x8e, 0x26]), Ok(624_485));
        assert_eq!(unsigned(&[&[0xff; 9][..], &[1]].concat()), Ok(u64::MAX));
        assert_eq!(unsigned(&[&[0xff; 9][..], &[2]].concat()), Err(Malformed));
        assert_eq!(unsigned(&[0x80]), Err(Malformed));
        let signed = |bytes: &[u8]| Cursor(bytes).signed();
        assert_eq!(signed(&[0xc0, 0xbb, 0x78]), Ok(-123_456));
        assert_eq!(signed(&[0x7f]), Ok(-1));
        assert_eq!(signed(&[&[0x80; 9][..], &[0x7f]].concat()), Ok(i64::MIN));
        assert_eq!(signed(&[&[0xff; 9][..], &[0]].concat()), Ok(i64::MAX));
        assert_eq!(signed(&[&[0xff; 9][..], &[1]].concat()), Err(Malformed));
    }

    #[test]
    fn runs_literals_and_nulls_are_told_apart() {
        let column = [2, 7, 0x7e, 1, 2, 0, 3];
        let mut runs = Runs::<u64>::new(&column);
        let mut read = Vec::new();
        for _ in 0..7 {
            read.push(runs.next().unwrap());
        }
        assert_eq!(read, [Some(7), Some(7), Some(1), Some(2), None, None, None]);
        assert_eq!(runs.finish(), Ok(()));
        assert_eq!(Runs::<u64>::new(&column).count(100), Ok(7));
        assert_eq!(Runs::<u64>::new(&column).sum(100), Ok(17));
    }
}
