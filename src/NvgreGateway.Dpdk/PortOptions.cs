namespace NvgreGateway.Dpdk;

/// <summary>How to set a port up. Wishes for offloads are met as far as the device reports them; <see cref="Port"/> says what is in force.</summary>
public sealed record PortOptions
{
    /// <summary>Buffers for received packets, queue by queue; one entry serves all queues.</summary>
    public required IReadOnlyList<MbufPool> RxPools { get; init; }

    /// <summary>Receive queues; 1 or more, refused beyond what the device has.</summary>
    public int RxQueues { get; init; } = 1;

    /// <summary>Send queues; 1 or more, refused beyond what the device has.</summary>
    public int TxQueues { get; init; } = 1;

    /// <summary>Length wished of each receive queue; adjusted to what the device takes.</summary>
    public int RxDescriptors { get; init; } = 1024;

    /// <summary>Length wished of each send queue; adjusted to what the device takes.</summary>
    public int TxDescriptors { get; init; } = 1024;

    /// <summary>Largest payload of an Ethernet frame, bytes, a tag not counted.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Offloads wished. <see cref="RxOffloads.Scatter"/> is added where the MTU does not fit a buffer.</summary>
    public RxOffloads RxOffloads { get; init; }

    /// <summary>Offloads wished. <see cref="TxOffloads.FastFree"/> only where no packet sent is ever shared and all come from one pool.</summary>
    public TxOffloads TxOffloads { get; init; }

    /// <summary>
    /// Fields wished to spread packets over several receive queues; unused with one. Both directions of a flow get the same hash, where
    /// the device lets its key be set.
    /// </summary>
    public RssTypes RssTypes { get; init; } = RssTypes.Inner;

    /// <summary>
    /// The driver's number of the way in which its device receives what it sends, and nothing reaches the wire; 0: ordinary. Drivers that
    /// know none ignore it.
    /// </summary>
    public uint Loopback { get; init; }

    /// <summary>Six bytes to use instead of the device's own address; empty keeps that.</summary>
    public ReadOnlyMemory<byte> MacAddress { get; init; }

    /// <summary>Whether frames to any address are received.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Whether frames to any group are received.</summary>
    public bool AllMulticast { get; init; }
}
