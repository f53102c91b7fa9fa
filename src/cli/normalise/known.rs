//! The commands, as far as they must be known before argh reads the line.

use argh::FlagInfo;

use crate::cli::normalise::line::Flag;
use crate::cli::shared::ALL;

/// A command that can be named.
#[derive(Default)]
pub(in crate::cli) struct Known {
    pub(in crate::cli) name: &'static str,
    /// The options of its own.
    pub(in crate::cli) flags: &'static [FlagInfo<'static>],
    /// The groups of those that it shares.
    pub(in crate::cli) groups: u16,
    pub(in crate::cli) takes_operands: bool,
    /// The commands below it, one of which must be named.
    pub(in crate::cli) commands: Vec<Self>,
}

impl Known {
    /// The options of this command and of those below it.
    pub(super) fn all_flags(&self) -> Vec<Flag> {
        let shared = ALL.iter().filter(|shared| shared.groups & self.groups != 0);
        let below = self.commands.iter().flat_map(Self::all_flags);
        let own = self.flags.iter().map(Flag::of);
        own.chain(shared.map(Flag::of_shared))
            .chain(below)
            .collect()
    }
}
