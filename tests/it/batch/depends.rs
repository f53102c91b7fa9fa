//! depends
