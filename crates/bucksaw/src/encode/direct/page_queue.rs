//! Full pages that wait to be compressed.
//!
//! Pages of many columns fill up with the same row, and one page may take as long as several chunks of
//! the source. With several threads they wait here for whichever has nothing else to do.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

use super::compress::{Compressor, Effort};
use super::page::{PageSize, append_page, append_page_of_parts};
use crate::encode::backend::Pieces;
use crate::error::{Error, ErrorKind, Result};
use crate::format::page_header::PageKind;
use crate::runtime::workers::locked;

/// Buffers that are kept for pages to come, at the most.
const MAX_SPARE: usize = 2;

/// A page as it goes into the file.
#[derive(Debug)]
pub(super) struct CompressedPage {
    pub(super) bytes: Pieces,
    pub(super) size: PageSize,
}

impl CompressedPage {
    pub(super) fn new(
        page: &[u8],
        kind: PageKind,
        effort: &mut Effort,
        compressor: &mut Compressor,
    ) -> Result<Self> {
        let mut bytes = Pieces::default();
        let size = append_page(page, kind, compressor, effort, &mut bytes)?;
        Ok(Self { bytes, size })
    }

    /// The page that these are together.
    pub(super) fn of_parts(
        parts: [&[u8]; 2],
        kind: PageKind,
        effort: &mut Effort,
        compressor: &mut Compressor,
    ) -> Result<Self> {
        let mut bytes = Pieces::default();
        let size = append_page_of_parts(parts, kind, compressor, effort, &mut bytes)?;
        Ok(Self { bytes, size })
    }
}

/// What a queued page will become.
#[derive(Debug)]
pub(super) struct PendingPage(Receiver<Result<CompressedPage>>);

struct QueuedPage {
    page: Vec<u8>,
    kind: PageKind,
    effort: Effort,
    done: SyncSender<Result<CompressedPage>>,
}

/// See the module.
pub(super) struct PageQueue {
    queued: Mutex<Queued>,
    /// Bytes of pages that may wait; 0 where there is only one thread.
    max_bytes: usize,
}

#[derive(Default)]
struct Queued {
    pages: VecDeque<QueuedPage>,
    /// Bytes of the pages that are not compressed yet.
    bytes: usize,
    /// Buffers of pages that are.
    spare: Vec<Vec<u8>>,
}

impl PageQueue {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { queued: Mutex::default(), max_bytes }
    }

    /// Queues a page, and leaves another buffer for it; none where there is no room.
    pub(super) fn push(
        &self,
        page: &mut Vec<u8>,
        kind: PageKind,
        effort: Effort,
    ) -> Option<PendingPage> {
        if self.max_bytes == 0 {
            return None;
        }
        let mut queued = locked(&self.queued);
        if queued.bytes + page.len() > self.max_bytes {
            return None;
        }
        queued.bytes += page.len();
        let next = queued.spare.pop().unwrap_or_default();
        let page = std::mem::replace(page, next);
        let (done, pending) = sync_channel(1);
        queued.pages.push_back(QueuedPage { page, kind, effort, done });
        Some(PendingPage(pending))
    }

    /// Compresses the page that waits longest; false where none does.
    pub(super) fn compress_next(&self, compressor: &mut Compressor) -> bool {
        let Some(next) = locked(&self.queued).pages.pop_front() else { return false };
        let QueuedPage { mut page, kind, mut effort, done } = next;
        // A file that was given up waits for no page.
        let _ = done.send(CompressedPage::new(&page, kind, &mut effort, compressor));
        let mut queued = locked(&self.queued);
        queued.bytes -= page.len();
        if queued.spare.len() < MAX_SPARE {
            page.clear();
            queued.spare.push(page);
        }
        true
    }

    /// Whether no page waits for a thread.
    pub(super) fn is_empty(&self) -> bool {
        self.max_bytes == 0 || locked(&self.queued).pages.is_empty()
    }

    /// The compressed page; others are compressed while it isn't there.
    pub(super) fn wait(
        &self,
        pending: &PendingPage,
        compressor: &mut Compressor,
    ) -> Result<CompressedPage> {
        loop {
            match pending.0.try_recv() {
                Ok(page) => return page,
                Err(TryRecvError::Empty) if self.compress_next(compressor) => {}
                Err(TryRecvError::Empty) => {
                    return pending.0.recv().unwrap_or_else(|_| Err(lost()));
                }
                Err(TryRecvError::Disconnected) => return Err(lost()),
            }
        }
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::WriterEnded, "a page was lost with the thread that compressed it")
}
