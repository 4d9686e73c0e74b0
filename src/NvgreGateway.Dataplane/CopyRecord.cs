using System.Runtime.InteropServices;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What became of the copies of one received frame (rule 0.2.6 of the requirements): the frame counts as sent when at least one
/// copy left, else as dropped for the reason of the first copy that failed. A copy may end on another worker, so the counts
/// change atomically; whoever ends the last copy settles the frame's account and then gives the record back.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct CopyRecord
{
    /// <summary>Not 0: in use. Set by the worker that received the frame, cleared by whoever settles.</summary>
    public int Busy;

    /// <summary>Copies not yet ended, and 1 more while copies are still being made.</summary>
    public int Pending;

    /// <summary>Copies that left.</summary>
    public int Sent;

    /// <summary>Copies that were lost.</summary>
    public int Lost;

    /// <summary>The <see cref="Exchange.DropReason"/> of the first that was lost; 0 = none yet.</summary>
    public int Reason;

    /// <summary>Segment id.</summary>
    public ushort Segment;

    /// <summary>Port the frame came in on.</summary>
    public byte From;

    /// <summary>What the copies are.</summary>
    public CopyKind Kind;

    /// <summary>The number of the frame if it is traced, else 0.</summary>
    public uint Trace;

    /// <summary>Id of the peer that it came from, or that all of it goes to; 0: neither.</summary>
    public uint Peer;
}
