//! Pages of zstd.

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};

/// A page whose first bytes, as many as `levels`, are not compressed, of so many bytes once it is decompressed.
pub(super) fn decompress(
    decompressor: &mut zstd::bulk::Decompressor<'static>,
    page: &[u8],
    levels: usize,
    size: usize,
) -> Result<Bytes> {
    let damaged = |problem: String| ParquetError::General(problem);
    let (levels, values) = page
        .split_at_checked(levels)
        .filter(|(levels, _)| levels.len() <= size)
        .ok_or_else(|| damaged("a page is shorter than its levels".to_owned()))?;
    let mut whole = Vec::with_capacity(size);
    whole.extend_from_slice(levels);
    // Without values there are no bytes either.
    if size > levels.len() {
        let mut out = std::io::Cursor::new(&mut whole);
        out.set_position(levels.len() as u64);
        let written = decompressor.decompress_to_buffer(values, &mut out);
        written.map_err(|cause| damaged(format!("a page can't be decompressed: {cause}")))?;
    }
    if whole.len() != size {
        return Err(damaged(format!(
            "a page has {} bytes, and its header says {size}",
            whole.len()
        )));
    }
    Ok(whole.into())
}
