namespace NvgreGateway.Dataplane;

/// <summary>What a received frame asks for before it may be on a wire (C.1, C.2).</summary>
internal enum OffloadKind : byte
{
    /// <summary>Nothing: it is complete. Segmentation was asked for and refused: it leaves whole if it fits (C-011).</summary>
    Refused,

    /// <summary>Its TCP checksum is to be completed.</summary>
    TcpChecksum,

    /// <summary>Its UDP checksum is to be completed.</summary>
    UdpChecksum,

    /// <summary>It is to be cut into TCP segments.</summary>
    TcpSegments,

    /// <summary>It is to be cut into UDP datagrams.</summary>
    UdpSegments,

    /// <summary>It asks for what cannot be done: <c>drop.offload.invalid</c> when it would leave.</summary>
    Invalid,
}
