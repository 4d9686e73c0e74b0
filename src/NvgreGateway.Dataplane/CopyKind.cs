namespace NvgreGateway.Dataplane;

/// <summary>What the copies of a <see cref="CopyRecord"/> are.</summary>
internal enum CopyKind : byte
{
    /// <summary>Copies of a frame that was replicated.</summary>
    Replicated,

    /// <summary>Parts of one frame: fragments of one that was too long (B-067), segments of one that a guest left to be cut (C.1).</summary>
    Fragments,

    /// <summary>A frame of control's own: in no account of received frames.</summary>
    Own,
}
