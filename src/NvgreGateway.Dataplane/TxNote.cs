using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What the accounting of a packet needs if the port does not take it: its counters were moved when it was queued. Two words, so that
/// it travels in registers: one made of smaller fields in memory cannot be read back at once while they are on their way.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly unsafe struct TxNote
{
    private const uint TenantMask = 0x1_FFFF;
    private const int TenantShift = 32;
    private const int FromShift = 49;
    private const int CastShift = 57;
    private const int MoreShift = 59;
    private readonly CopyRecord* _record;
    private readonly ulong _packed;

    /// <summary>Makes a note.</summary>
    /// <param name="record">The record of the received frame that this is a copy of; null for the frame itself.</param>
    /// <param name="place">Where it goes: attachment or peer id with <see cref="Exchange.Place.Peer"/>; 0 = a frame of control.</param>
    /// <param name="tenantBytes">Tenant bytes, 17 bits: the untagged inner frame without padding.</param>
    /// <param name="from">Port it came in on, 8 bits.</param>
    /// <param name="cast">Kind of its destination MAC.</param>
    public TxNote(CopyRecord* record, uint place, uint tenantBytes, uint from, CastKind cast)
    {
        _record = record;
        _packed = place | ((ulong)(tenantBytes & TenantMask) << TenantShift) | Origin(from) | ((ulong)cast << CastShift);
    }

    private TxNote(ulong packed)
    {
        _record = null;
        _packed = packed;
    }

    /// <summary>The note of a received unicast frame.</summary>
    /// <param name="place">Where it goes.</param>
    /// <param name="tenantBytes">Tenant bytes, below 65536.</param>
    /// <param name="origin"><see cref="Origin"/> of the port it came in on.</param>
    /// <returns>The note.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TxNote Unicast(uint place, uint tenantBytes, ulong origin) => new(place | ((ulong)tenantBytes << TenantShift) | origin);

    /// <summary>What is the same in all notes of unicast frames from a port.</summary>
    /// <param name="from">The port, 8 bits.</param>
    /// <returns>That part of the packed word.</returns>
    public static ulong Origin(uint from) => (ulong)(byte)from << FromShift;

    /// <summary>The record of the received frame that this is a copy of; null for the frame itself.</summary>
    public CopyRecord* Record => _record;

    /// <summary>Where it goes: attachment or peer id with <see cref="Exchange.Place.Peer"/>; 0 = a frame of control.</summary>
    public uint Place => (uint)_packed;

    /// <summary>Tenant bytes: the untagged inner frame without padding.</summary>
    public uint TenantBytes => (uint)(_packed >> TenantShift) & TenantMask;

    /// <summary>Port it came in on.</summary>
    public byte From => (byte)(_packed >> FromShift);

    /// <summary>Kind of its destination MAC.</summary>
    public CastKind Cast => (CastKind)((_packed >> CastShift) & 3);

    /// <summary>Received frames that were joined to this one, 0 to 31 (<see cref="Coalescing"/>).</summary>
    public uint More => (uint)(_packed >> MoreShift);

    /// <summary>The note of this frame with another joined to it.</summary>
    /// <param name="payload">Bytes that came with it.</param>
    /// <returns>The note.</returns>
    public TxNote Joined(uint payload) => new(_packed + ((ulong)payload << TenantShift) + (1ul << MoreShift));

    /// <summary>The note of a part of the frame.</summary>
    /// <param name="tenantBytes">Tenant bytes of the part.</param>
    /// <returns>The note.</returns>
    public TxNote With(uint tenantBytes) => new(_record, Place, tenantBytes, From, Cast);
}
