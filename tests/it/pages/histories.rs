//! Listings whose pages break off while their collection changes, at random: what is written is
//! what one response said after the other, or the listing ends and says so.

use crate::support::{DIFFERS, asked, jsonl, script};
use crate::tenant::Reply;

/// A generator of [xorshift](https://www.jstatsoft.org/article/view/v008i14) numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// How a link says where its page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paging {
    /// Behind so many items.
    Offset,
    /// Behind this item.
    Keyset,
}

/// What a client has to come to that is given these replies.
#[derive(Default)]
struct History {
    replies: Vec<Reply>,
    paths: Vec<String>,
    written: Vec<usize>,
    /// Of the page that is read.
    handed: Vec<usize>,
    is_over: bool,
    is_different: bool,
}

impl History {
    /// A response of these items that ends behind the first `whole` of them, or has a link.
    fn read(&mut self, items: &[usize], whole: usize, is_cut: bool, limit: Option<usize>) {
        let known = self.handed.len();
        if whole >= known && items[..known] != self.handed || !is_cut && whole < known {
            (self.is_over, self.is_different) = (true, true);
            return;
        }
        for item in items[..whole].iter().skip(known) {
            if limit == Some(self.written.len()) {
                self.is_over = true;
                return;
            }
            self.written.push(*item);
            self.handed.push(*item);
        }
        self.is_over |= limit == Some(self.written.len());
    }
}

/// The text of a reply up to the end of its item `whole`, and all of it.
fn text(items: &[usize], link: &str, is_link_first: bool, whole: usize) -> (String, String) {
    let link = match link {
        "" => String::new(),
        path => format!("\"@odata.nextLink\":\"{{origin}}/v1.0/{path}\""),
    };
    let comma = if link.is_empty() { "" } else { "," };
    let value = |items: &[usize]| {
        let ids: Vec<_> = items
            .iter()
            .map(|id| format!("{{\"id\":\"{id}\"}}"))
            .collect();
        format!("\"value\":[{}", ids.join(","))
    };
    let (start, end) = match is_link_first {
        true => (format!("{{{link}{comma}"), "]}".to_owned()),
        false => ("{".to_owned(), format!("]{comma}{link}}}")),
    };
    let head = format!("{start}{}", value(&items[..whole]));
    (head, format!("{start}{}{end}", value(items)))
}

/// Inserts or removes an item somewhere; ids keep the order of the collection.
fn change(random: &mut Random, collection: &mut Vec<usize>, gone: &mut Vec<usize>) {
    let at = random.below(collection.len());
    if random.below(2) == 0 {
        gone.push(collection.remove(at));
    } else if collection[at] % 10 < 9 && !collection.contains(&(collection[at] + 1)) {
        let new = collection[at] + 1;
        gone.push(new);
        collection.insert(at + 1, new);
    }
}

#[track_caller]
fn play(seed: u64, paging: Paging) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut collection: Vec<_> = (1..=30).map(|n| n * 10).collect();
    // What was not there all the time.
    let mut fleeting = Vec::new();
    let limit = (random.below(3) == 0).then(|| 1 + random.below(30));
    let is_link_first = random.below(2) == 0;
    let (tenant, mgd) = script([]);
    let mut history = History::default();
    let mut path = "items".to_owned();
    let (mut start, mut cuts) = (0, 0);
    while !history.is_over {
        if random.below(3) == 0 {
            change(&mut random, &mut collection, &mut fleeting);
        }
        let rest: Vec<_> = match paging {
            Paging::Offset => collection.iter().copied().skip(start).collect(),
            Paging::Keyset => collection
                .iter()
                .copied()
                .filter(|id| *id > start)
                .collect(),
        };
        // A repeat may be shorter or longer.
        let size = (4 + random.below(6)).min(rest.len());
        let items = &rest[..size];
        let is_last = size == rest.len();
        let next = match (paging, items.last()) {
            _ if is_last => None,
            (Paging::Keyset, Some(last)) => Some(*last),
            _ => Some(start + size),
        };
        let link = next.map_or(String::new(), |next| {
            format!("items?n={next}&r={}", history.replies.len())
        });
        let is_cut = cuts == 0 && random.below(2) == 0;
        let whole = if is_cut { random.below(size + 1) } else { size };
        let (head, body) = text(items, &link, is_link_first, whole);
        let at = head.replace("{origin}", &tenant.origin()).len();
        let reply = Reply::json(body);
        history
            .replies
            .push(if is_cut { reply.cut_after(at) } else { reply });
        history.paths.push(path.clone());
        history.read(items, whole, is_cut, limit);
        if is_cut {
            cuts += 1;
            continue;
        }
        history.handed.clear();
        cuts = 0;
        let Some(next) = next else { break };
        (start, path) = (next, link);
    }
    tenant.on("/v1.0/items", history.replies);
    let arguments = ["items", "-ojsonl", "--no-prefetch", "-q"];
    let limit = limit.map(|limit| format!("--limit={limit}"));
    let run = mgd.get(
        &[
            &arguments[..],
            &limit.as_deref().into_iter().collect::<Vec<_>>(),
        ]
        .concat(),
    );
    let ids: Vec<_> = history.written.iter().map(usize::to_string).collect();
    let (code, stderr) = if history.is_different {
        (4, DIFFERS)
    } else {
        (0, "")
    };
    let expected = (code, jsonl(&ids.join(" ")), stderr);
    let found = (run.code, run.stdout, &*run.stderr);
    assert_eq!(found, expected, "seed {seed}, {paging:?}");
    let paths: Vec<_> = history.paths.iter().map(String::as_str).collect();
    asked(&tenant, &paths);
    if paging == Paging::Keyset && code == 0 && limit.is_none() {
        let steady = collection.iter().filter(|id| !fleeting.contains(id));
        let lost: Vec<_> = steady.filter(|id| !history.written.contains(id)).collect();
        assert!(lost.is_empty(), "seed {seed}: {lost:?}");
    }
    if paging == Paging::Keyset {
        assert!(
            history.written.is_sorted_by(|one, two| one < two),
            "seed {seed}"
        );
    }
}

#[test]
fn what_pages_by_offset_come_to_is_what_their_responses_said() {
    (1..=60).for_each(|seed| play(seed, Paging::Offset));
}

#[test]
fn what_pages_by_keyset_come_to_loses_and_doubles_nothing() {
    (1..=60).for_each(|seed| play(seed, Paging::Keyset));
}
