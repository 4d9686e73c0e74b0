namespace NvgreGateway.Control.Api;

/// <summary>Packets and bytes of one kind, since the regions were made.</summary>
public sealed record PacketCount
{
    /// <summary>Packets.</summary>
    public required ulong Packets { get; init; }

    /// <summary>Bytes without FCS: for attachments tags included.</summary>
    public required ulong Bytes { get; init; }
}
