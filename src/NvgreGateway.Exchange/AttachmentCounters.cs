using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>What one worker counts for one attachment: packets and bytes (tags included, no FCS) by <see cref="CastKind"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public unsafe struct AttachmentCounters
{
    /// <summary>Received: packets and bytes of unicast.</summary>
    public fixed ulong RxUnicast[2];

    /// <summary>Sent: packets and bytes of unicast.</summary>
    public fixed ulong TxUnicast[2];

    /// <summary>Received: packets and bytes of multicast, then of broadcast.</summary>
    public fixed ulong RxGroup[4];

    /// <summary>Sent: packets and bytes of multicast, then of broadcast.</summary>
    public fixed ulong TxGroup[4];
}
