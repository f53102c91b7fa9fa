//! breaks
