using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Packets;

/// <summary>A MAC address inside a packet: six bytes, no alignment. <see cref="MacAddress"/> is the value form.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = MacAddress.Size)]
public struct MacAddressField
{
    private uint _low;
    private ushort _high;

    /// <summary>The address that the six bytes hold.</summary>
    public MacAddress Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => BitConverter.IsLittleEndian
            ? new MacAddress(_low | ((ulong)_high << 32))
            : MacAddress.FromBytes(MemoryMarshal.AsBytes(new ReadOnlySpan<MacAddressField>(in this)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            if (BitConverter.IsLittleEndian)
            {
                _low = (uint)value.Value;
                _high = (ushort)(value.Value >> 32);
            }
            else
            {
                value.CopyTo(MemoryMarshal.AsBytes(new Span<MacAddressField>(ref this)));
            }
        }
    }
}
