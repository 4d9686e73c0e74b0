namespace NvgreGateway.Exchange;

/// <summary>What a <see cref="TraceEvent"/> tells: where in the path of a packet it was written, and what its arguments mean.</summary>
public enum TracePoint : ushort
{
    /// <summary>Received on a port. Data: the frame as it arrived.</summary>
    Arrived,

    /// <summary>
    /// Passed every check of pass 1. A: place it came from; B: source FDB key (segment id in the low 16 bits); C: destination FDB key;
    /// D: length of the untagged tenant frame, bits 32 on: bytes before it (NVGRE) or of tags (VLAN), bits 48 on: traffic class,
    /// bits 56 on: family. Data: the tenant frame as it is now.
    /// </summary>
    Accepted,

    /// <summary>Its source stands elsewhere in the FDB, or nowhere. A: word of the FDB; B: <see cref="DropReason"/> that follows; C: 1 = the segment learns.</summary>
    Source,

    /// <summary>Control is told to learn its source. A: word of the FDB that stood there.</summary>
    Learn,

    /// <summary>Its destination was looked up, off the straight path. A: word of the FDB; B: 1 = it holds; C: <see cref="CastKind"/>.</summary>
    Destination,

    /// <summary>Its size was compared with a way out. A: place; B: longest tenant frame; C: <see cref="DropReason"/>; D: 1 = it is fragmented.</summary>
    Size,

    /// <summary>It is replicated. A: attachments of the segment; B: its peers; C: PA groups that it goes to instead of them, 0 = it does not.</summary>
    Replicated,

    /// <summary>Storm limits let it pass.</summary>
    Storm,

    /// <summary>It waits for a next hop. A: next hop id; B: place it goes to.</summary>
    Held,

    /// <summary>Its next hop answered. A: next hop id; B: <see cref="DropReason"/> if it did not.</summary>
    Released,

    /// <summary>Handed to the transmit queue of a port, or on the way to it. A: place it goes to (0 = control's own); B: tenant bytes. Data: the frame.</summary>
    Leaving,

    /// <summary>Given to another worker, which sends it. A: its index.</summary>
    Spread,

    /// <summary>A frame of its own copies or fragments left. A: place.</summary>
    CopySent,

    /// <summary>A copy was lost. A: <see cref="DropReason"/>.</summary>
    CopyLost,

    /// <summary>Control got it, or a copy. A: <see cref="PuntClass"/>; B: <see cref="PuntKind"/>.</summary>
    Punted,

    /// <summary>Control makes a frame. A: place it goes to, 0 = none; B: 1 = it is lost.</summary>
    Made,

    /// <summary>Verdict: transmitted.</summary>
    Transmitted,

    /// <summary>Verdict: handed to control.</summary>
    Consumed,

    /// <summary>Verdict: dropped. A: <see cref="DropReason"/>; B: segment id or 0; C: peer id or 0.</summary>
    Dropped,
}
