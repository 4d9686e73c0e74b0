using System.Runtime.CompilerServices;

namespace NvgreGateway.Packets;

/// <summary>
/// What encapsulation needs to know of a tenant frame, in one 64-bit word so that it stays in a register and in eight
/// bytes of a burst's work list: the CRC32C of its flow key (WIRE-FORMAT 1.5), its family, its TOS or traffic class.
/// </summary>
public readonly struct TenantFlow
{
    private readonly ulong _packed;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TenantFlow(uint crc, uint family, uint trafficClass) => _packed = crc | ((ulong)trafficClass << 32) | ((ulong)family << 40);

    /// <summary>CRC32C of the flow key.</summary>
    public uint Crc => (uint)_packed;

    /// <summary>4, 6, or 0 for a frame that is not IP; as <see cref="TenantHeader.Family"/>.</summary>
    public uint Family => (uint)(_packed >> 40);

    /// <summary>TOS byte, traffic class, or 0; as <see cref="TenantHeader.TrafficClass"/>.</summary>
    public uint TrafficClass => (byte)(_packed >> 32);

    /// <summary>The FlowID of the GRE key, 8 bits.</summary>
    public uint FlowId => FlowHash.FlowId(Crc);

    /// <summary>The flow label of an outer IPv6 header, 20 bits.</summary>
    public uint FlowLabel => FlowHash.FlowLabel(Crc);
}
