package host

import (
	"bytes"
	"context"

	"appzone/host/encode"
)

// encodeLater queues the plugin for the background worker, which makes brotli variants. A full queue is no loss: they are
// an extra, and gzip is there from the upload on.
func (h *Host) encodeLater(id string) {
	select {
	case h.encodings <- id:
	default:
	}
}

// encodeInBackground is the worker: one file at a time, after everything that somebody waits for.
func (h *Host) encodeInBackground() {
	for {
		select {
		case id := <-h.encodings:
			if err := h.encodeVersion(h.ctx, id); err != nil && h.ctx.Err() == nil {
				h.log.Warn("brotli variants not made", "plugin", id, "error", err)
			}
		case <-h.ctx.Done():
			return
		}
	}
}

// encodeVersion adds brotli variants to the installed version's index, in a new index blob.
func (h *Host) encodeVersion(ctx context.Context, id string) error {
	_, v, err := h.installed(ctx, id)
	if err != nil || v.Encoded {
		return err
	}
	index, err := h.index(v.Index)
	if err != nil {
		return err
	}
	batch := h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	for k := range index {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if f := &index[k]; f.Gzip != nil && f.Size <= encode.MaxBytes {
			if err := h.encodeFile(batch, f); err != nil {
				return err
			}
		}
	}
	d, err := putJSON(batch, index)
	if err != nil {
		return err
	}
	if err := batch.Commit(); err != nil {
		return err
	}
	err = h.update(ctx, func(w Writer) error {
		now, err := tableVersions.get(w, versionKey(id, v.Digest))
		if err != nil {
			return err
		}
		now.Index, now.Encoded = d, true
		return tableVersions.put(w, versionKey(id, v.Digest), now)
	})
	h.forgetSite(id)
	return err
}

func (h *Host) encodeFile(batch BlobBatch, f *File) error {
	content, err := h.readBlob(f.SHA256)
	if err != nil {
		return err
	}
	small, ok := encode.Brotli(content, f.Gzip.Size)
	if !ok {
		return nil
	}
	f.Brotli = &Variant{SHA256: digestBytes(small), Size: int64(len(small))}
	return batch.Put(f.Brotli.SHA256, f.Brotli.Size, bytes.NewReader(small))
}
