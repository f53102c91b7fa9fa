//! The text of a member or an item while it is read.

pub(super) const TOO_LONG: &str = "longer than --max-item allows";

/// The text being kept: what older inputs and gaps left, and a run in the present input.
#[derive(Debug, Default)]
pub(super) struct Capture {
    pub(super) is_on: bool,
    pub(super) kept: Vec<u8>,
    pub(super) run: usize,
    end: usize,
}

impl Capture {
    pub(super) fn begin(&mut self, at: usize) {
        self.is_on = true;
        self.kept.clear();
        self.run = at;
    }

    /// Ends the run before `end`.
    pub(super) fn cut(&mut self, input: &[u8], end: usize, max: usize) -> Result<(), &'static str> {
        if self.is_on {
            if self.kept.len() + (end - self.run) > max {
                return Err(TOO_LONG);
            }
            self.kept.extend_from_slice(&input[self.run..end]);
            self.run = end;
        }
        Ok(())
    }

    /// Ends the capture; what lies whole in the input is not copied.
    pub(super) fn take<'p>(
        &'p mut self,
        input: &'p [u8],
        end: usize,
        max: usize,
    ) -> Result<&'p [u8], &'static str> {
        if !self.kept.is_empty() {
            self.cut(input, end, max)?;
        }
        self.end = end;
        self.is_on = false;
        let text = self.text(input);
        if text.len() > max {
            Err(TOO_LONG)
        } else {
            Ok(text)
        }
    }

    pub(super) fn text<'p>(&'p self, input: &'p [u8]) -> &'p [u8] {
        if self.kept.is_empty() {
            &input[self.run..self.end]
        } else {
            &self.kept
        }
    }

    /// The place in the captured text of a byte of the input.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.kept.len() + (at - self.run.min(at))
    }

    pub(super) fn holds(&self, input: &[u8], start: usize, expected: &[u8]) -> bool {
        expected.iter().enumerate().all(|(index, byte)| {
            let place = start + index;
            let found = match self.kept.get(place) {
                Some(found) => Some(found),
                None => input.get(self.run + place - self.kept.len()),
            };
            found == Some(byte)
        })
    }
}
