using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>A large frame that is being cut, and how far that has come: what <see cref="Segmentation"/> and <see cref="SharedSegments"/> have in common.</summary>
internal unsafe struct SegmentCut
{
    /// <summary>The headers of the segments.</summary>
    public SegmentTemplate Template;

    /// <summary>Port to send on.</summary>
    public uint Port;

    /// <summary>The large frame.</summary>
    public Mbuf* Packet;

    /// <summary>Its account; it has a record.</summary>
    public TxNote Note;

    /// <summary>Payload of a segment, bytes.</summary>
    public uint Segment;

    /// <summary>Payload of all, bytes.</summary>
    public uint Payload;

    /// <summary>Bytes of headers, outer Ethernet to transport.</summary>
    public uint Headers;

    /// <summary>Bytes of the tenant's headers, Ethernet to transport, untagged.</summary>
    public uint TenantHeaders;

    /// <summary>What the device is asked for each segment whose checksum is left to it; none: it is not left to it.</summary>
    public MbufFlags Asks;

    /// <summary><c>tx_offload</c> of such a segment.</summary>
    public ulong Lengths;

    /// <summary>Segments behind which this has come.</summary>
    public uint Index;

    /// <summary>Bytes of payload in them.</summary>
    public uint Done;

    /// <summary>Segments still to come.</summary>
    public readonly uint Left => (Payload - Done + Segment - 1) / Segment;

    /// <summary>Makes the template ready for the next segment.</summary>
    /// <returns>Its bytes of payload.</returns>
    public uint Next()
    {
        uint part = Math.Min(Segment, Payload - Done);
        bool last = Done + part == Payload;
        if (Index <= 1 || last)
        {
            Template.Shape(part, Index == 0, last);
        }

        return part;
    }

    /// <summary>Goes on behind a segment.</summary>
    /// <param name="part">Its bytes of payload.</param>
    public void Pass(uint part)
    {
        Done += part;
        Index++;
    }

    /// <summary>Moves the counters of the next segments, which are queued after.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="frames">How many.</param>
    public readonly void Count(WorkerContext* w, uint frames)
    {
        if (frames != 0)
        {
            // All but the last segment of a frame are of one length.
            uint payload = Math.Min(frames * Segment, Payload - Done), last = Headers + payload - ((frames - 1) * Segment);
            uint padding = last < EthernetHeader.MinFrame ? EthernetHeader.MinFrame - last : 0;
            Transmission.Count(w, Note, frames, (frames * TenantHeaders) + payload, (frames * Headers) + payload + padding);
        }
    }
}
