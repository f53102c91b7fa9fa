//! The text of a member or an item while it is read.

pub(crate) const TOO_LONG: &str = "longer than --max-item allows";

/// The text being kept: what older inputs and gaps left, and a run in the present input.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    pub(crate) is_on: bool,
    pub(crate) kept: Vec<u8>,
    pub(crate) run: usize,
    end: usize,
}

impl Capture {
    pub(crate) fn begin(&mut self, at: usize) {
        self.is_on = true;
        self.kept.clear();
        self.run = at;
    }

    /// Ends the run before `end`.
    pub(crate) fn cut(&mut self, input: &[u8], end: usize, max: usize) -> Result<(), &'static str> {
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
    pub(crate) fn take<'p>(
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

    pub(crate) fn text<'p>(&'p self, input: &'p [u8]) -> &'p [u8] {
        if self.kept.is_empty() {
            &input[self.run..self.end]
        } else {
            &self.kept
        }
    }

    /// The place in the captured text of a byte of the input.
    pub(crate) fn offset(&self, at: usize) -> usize {
        self.kept.len() + (at - self.run.min(at))
    }

    pub(crate) fn holds(&self, input: &[u8], start: usize, expected: &[u8]) -> bool {
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
