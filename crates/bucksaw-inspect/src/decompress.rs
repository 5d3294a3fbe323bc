//! Pages decompressed into exactly as many bytes as they say, which were held against a limit before.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use parquet::basic::CompressionCodec;

use super::budget::{Fault, Step, damaged};

/// The bytes of a block's two lengths in Hadoop's framing of LZ4.
const HADOOP_PREFIX: usize = 8;

/// Decompresses `stored`, which must give `size` bytes.
pub(super) fn decompress(codec: CompressionCodec, stored: &[u8], size: usize) -> Step<Vec<u8>> {
    if size == 0 {
        // Some writers store nothing at all for no bytes.
        return Ok(Vec::new());
    }
    let bytes = match codec {
        CompressionCodec::SNAPPY => snappy(stored, size)?,
        CompressionCodec::GZIP => {
            read(MultiGzDecoder::new(stored), size).map_err(|cause| wrong(codec, cause))?
        }
        CompressionCodec::ZSTD => {
            // Into memory of the page's size: no window is taken, whatever the frame says.
            zstd::bulk::decompress(stored, size).map_err(|cause| wrong(codec, cause))?
        }
        CompressionCodec::LZ4_RAW => lz4_block(stored, size)?,
        CompressionCodec::LZ4 => lz4(stored, size)?,
        _ => return damaged(format!("pages compressed with {codec} can't be read")),
    };
    if bytes.len() == size {
        Ok(bytes)
    } else {
        damaged(format!("the page has {} bytes, its header says {size}", bytes.len()))
    }
}

fn wrong(codec: CompressionCodec, cause: impl std::fmt::Display) -> Fault {
    Fault::Damaged(format!("the page's {codec} data is damaged: {cause}").into())
}

fn snappy(stored: &[u8], size: usize) -> Step<Vec<u8>> {
    let wrong = |cause: snap::Error| wrong(CompressionCodec::SNAPPY, cause);
    let claimed = snap::raw::decompress_len(stored).map_err(wrong)?;
    if claimed != size {
        return damaged(format!("the page's SNAPPY data says {claimed} bytes, its header {size}"));
    }
    let mut bytes = vec![0; size];
    snap::raw::Decoder::new().decompress(stored, &mut bytes).map_err(wrong)?;
    Ok(bytes)
}

fn read(decoder: impl Read, size: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size);
    // One byte more shows that there are more.
    decoder.take(size as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn lz4_block(stored: &[u8], size: usize) -> Step<Vec<u8>> {
    let mut bytes = vec![0; size];
    let length = lz4_flex::block::decompress_into(stored, &mut bytes)
        .map_err(|cause| wrong(CompressionCodec::LZ4_RAW, cause))?;
    bytes.truncate(length);
    Ok(bytes)
}

/// What LZ4 means was never written down: Hadoop's framing, or LZ4's own frames, or a bare block.
fn lz4(stored: &[u8], size: usize) -> Step<Vec<u8>> {
    if let Some(bytes) = hadoop(stored, size) {
        return Ok(bytes);
    }
    match read(lz4_flex::frame::FrameDecoder::new(stored), size) {
        Ok(bytes) if bytes.len() == size => Ok(bytes),
        _ => lz4_block(stored, size),
    }
}

/// Blocks, each after its two lengths: decompressed and compressed, big-endian.
fn hadoop(mut stored: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; size];
    let mut at = 0;
    while !stored.is_empty() {
        let (prefix, rest) = stored.split_first_chunk::<HADOOP_PREFIX>()?;
        let [a, b, c, d, e, f, g, h] = *prefix;
        let decompressed = u32::from_be_bytes([a, b, c, d]) as usize;
        let compressed = u32::from_be_bytes([e, f, g, h]) as usize;
        let block = rest.get(..compressed)?;
        let target = bytes.get_mut(at..)?.get_mut(..decompressed)?;
        if lz4_flex::block::decompress_into(block, target).ok()? != decompressed {
            return None;
        }
        at += decompressed;
        stored = rest.get(compressed..)?;
    }
    (at == size).then_some(bytes)
}
