//! The requests of one batch: which lines go together, and how they are sent.

use std::collections::VecDeque;

use crate::error::Error;
use crate::graph::batch::MOST;
use crate::graph::batch::line::Line;
use crate::graph::batch::object;

/// Consecutive lines that are sent together.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) lines: Vec<Line>,
    /// For each line the places of those it depends on.
    pub(crate) needs: Vec<Vec<usize>>,
}

/// What Graph takes in one request, with some room for what is put around the lines.
pub(crate) const MOST_BYTES: usize = 4_000_000;

impl Chunk {
    /// Takes from the front of `pending` as many lines as go together: of one version, and none
    /// that a line behind them depends on, or the other way round.
    pub(crate) fn take(pending: &mut VecDeque<Line>) -> Result<Self, Error> {
        let lines = pending.make_contiguous();
        let needs = needs(lines);
        let count = count(lines, &needs)?;
        let needs = needs.into_iter().take(count);
        Ok(Self {
            needs: needs
                .map(|needs| needs.into_iter().flatten().collect())
                .collect(),
            lines: pending.drain(..count).collect(),
        })
    }

    /// The numbers of the first and the last line.
    pub(crate) fn numbers(&self) -> (u64, u64) {
        self.ends(|line| line.number)
    }

    /// The indexes of the first and the last line among all requests.
    pub(crate) fn indexes(&self) -> (u64, u64) {
        self.ends(|line| line.index)
    }

    fn ends(&self, of: impl Fn(&Line) -> u64) -> (u64, u64) {
        let [first, last] = [self.lines.first(), self.lines.last()];
        (first.map_or(0, &of), last.map_or(0, &of))
    }

    /// The version that all of it is of.
    pub(crate) fn version(&self) -> &'static str {
        self.lines.first().map_or("v1.0", |line| line.version)
    }

    /// The body that asks for the lines at these places. What they depend on beyond them has
    /// been carried out.
    pub(crate) fn body(&self, places: &[usize]) -> Vec<u8> {
        let mut body = b"{\"requests\":[".to_vec();
        for (index, &place) in places.iter().enumerate() {
            body.extend_from_slice(if index > 0 { b"," } else { b"" });
            self.push_request(&mut body, place, places);
        }
        body.extend_from_slice(b"]}");
        body
    }

    fn push_request(&self, body: &mut Vec<u8>, place: usize, places: &[usize]) {
        let line = &self.lines[place];
        let Line { method, target, .. } = line;
        let (id, url) = (wire_id(place), object::token(target));
        body.extend(format!("{{\"id\":\"{id}\",\"method\":\"{method}\",\"url\":{url}").bytes());
        let headers = line.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| format!("{}:{}", object::token(name), object::token(value)))
            .collect();
        if !headers.is_empty() {
            body.extend(format!(",\"headers\":{{{}}}", headers.join(",")).bytes());
        }
        if let Some(content) = &line.body {
            body.extend_from_slice(b",\"body\":");
            body.extend_from_slice(content);
        }
        let needs = self.needs[place]
            .iter()
            .filter(|need| places.contains(need));
        let needs: Vec<_> = needs
            .map(|need| format!("\"{}\"", wire_id(*need)))
            .collect();
        if !needs.is_empty() {
            body.extend(format!(",\"dependsOn\":[{}]", needs.join(",")).bytes());
        }
        body.push(b'}');
    }
}

/// What the line at a place is called on its way: the ids of the input may be long, and those of
/// another batch.
pub(crate) fn wire_id(place: usize) -> String {
    (place + 1).to_string()
}

/// For each line the places of those it depends on; `None` is none of these lines.
fn needs(lines: &[Line]) -> Vec<Vec<Option<usize>>> {
    let place = |key: &String| lines.iter().position(|line| line.id.key == *key);
    let of_line = |line: &Line| line.depends_on.iter().map(place).collect();
    lines.iter().map(of_line).collect()
}

/// How many lines from the first on go together.
fn count(lines: &[Line], needs: &[Vec<Option<usize>>]) -> Result<usize, Error> {
    let version = lines.first().map(|line| line.version);
    let same = lines
        .iter()
        .take_while(|line| Some(line.version) == version);
    let most = same.take(MOST).count();
    let whole = (1..=most).rev().filter(|cut| torn(needs, *cut).is_none());
    let bytes = |cut: &usize| lines[..*cut].iter().map(|line| line.length).sum::<usize>();
    let mut smallest = None;
    for cut in whole {
        if bytes(&cut) <= MOST_BYTES {
            return Ok(cut);
        }
        smallest = Some(cut);
    }
    smallest.ok_or_else(|| {
        let place = torn(needs, most).unwrap_or_default();
        apart(&lines[place], needs[place].contains(&None))
    })
}

/// The first line that depends on one on the other side of a cut.
fn torn(needs: &[Vec<Option<usize>>], cut: usize) -> Option<usize> {
    needs.iter().enumerate().position(|(place, needs)| {
        let is_torn = |need: &Option<usize>| match need {
            Some(need) => (*need < cut) != (place < cut),
            // It may yet come, for a line behind the cut.
            None => place < cut,
        };
        needs.iter().any(is_torn)
    })
}

fn apart(line: &Line, is_unknown: bool) -> Error {
    let what = if is_unknown {
        "names a request that is not among those it can be sent with"
    } else {
        "names a request that it cannot be sent with"
    };
    Error::parameters(format!("line {}: dependsOn: {what}", line.number)).hint(
        "requests that depend on each other, and those between them, must be of one version \
         and fit into a batch of 20",
    )
}
