//! Which scripted reply the next request gets.

use std::collections::VecDeque;

use super::reply::Reply;

/// The replies waiting for requests.
#[derive(Default)]
pub(super) struct Script {
    queues: Vec<(String, VecDeque<Reply>)>,
    standing: Vec<(String, Reply)>,
}

impl Script {
    pub(super) fn queue(&mut self, prefix: &str, replies: impl IntoIterator<Item = Reply>) {
        let replies: VecDeque<Reply> = replies.into_iter().collect();
        match self.queues.iter_mut().find(|(known, _)| known == prefix) {
            Some((_, queue)) => queue.extend(replies),
            None => self.queues.push((prefix.to_owned(), replies)),
        }
    }

    pub(super) fn stand(&mut self, prefix: &str, reply: Reply) {
        self.standing.retain(|(known, _)| known != prefix);
        self.standing.push((prefix.to_owned(), reply));
    }

    pub(super) fn clear(&mut self) {
        self.queues.clear();
        self.standing.clear();
    }

    /// How many queued replies no request has had yet.
    pub(super) fn left(&self) -> usize {
        self.queues.iter().map(|(_, queue)| queue.len()).sum()
    }

    /// The reply for this target, a queued one first; of several prefixes the longest wins.
    pub(super) fn next(&mut self, target: &str) -> Option<Reply> {
        let queued = self
            .queues
            .iter_mut()
            .filter(|(prefix, queue)| target.starts_with(prefix.as_str()) && !queue.is_empty())
            .max_by_key(|(prefix, _)| prefix.len());
        if let Some((_, queue)) = queued {
            return queue.pop_front();
        }
        let standing = self
            .standing
            .iter()
            .filter(|(prefix, _)| target.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, _)| prefix.len());
        standing.map(|(_, reply)| reply.clone())
    }
}
