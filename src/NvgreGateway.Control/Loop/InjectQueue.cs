using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control;

/// <summary>
/// Frames that control sends, on their way into the inject ring. All go through the first worker: one ring keeps their order,
/// and control sends little. What does not fit waits here, up to <see cref="Most"/> frames.
/// </summary>
internal sealed unsafe class InjectQueue
{
    /// <summary>Frames that wait at most: a second of all default budgets together, so only a dead data process fills it.</summary>
    public const int Most = 4096;

    private readonly SpscRing _ring;
    private readonly Queue<(ulong Sequence, int Port, uint Place, byte[] Frame)> _waiting = new();
    private readonly int[] _vlans;

    /// <param name="memory">The regions.</param>
    /// <param name="ports">How many ports there are.</param>
    public InjectQueue(GatewayMemory memory, int ports)
    {
        _ring = memory.Inject(0);
        _vlans = new int[ports];
    }

    /// <summary>Frames that were thrown away because too many waited.</summary>
    public ulong Lost { get; private set; }

    /// <summary>Whether there is room for what is not an answer to anybody: half of it is kept for those.</summary>
    public bool HasRoom => _waiting.Count < Most / 2;

    /// <summary>Sets the outer VLAN that frames of a port carry .</summary>
    /// <param name="port">Port index.</param>
    /// <param name="vlan">VID, 0 = untagged.</param>
    public void SetVlan(int port, int vlan) => _vlans[port] = vlan;

    /// <summary>Adds a frame.</summary>
    /// <param name="sequence">The sequence of what caused it, 0 = a timer.</param>
    /// <param name="port">Port index.</param>
    /// <param name="frame">The untagged frame; copied.</param>
    public void Send(ulong sequence, int port, ReadOnlySpan<byte> frame)
    {
        if (_waiting.Count >= Most)
        {
            Lost++;
            return;
        }

        byte[] copy;
        if (_vlans[port] == 0)
        {
            copy = frame.ToArray();
        }
        else
        {
            copy = new byte[frame.Length + 4];
            frame[..12].CopyTo(copy);
            copy[12] = 0x81; // 802.1Q, PCP 0
            copy[13] = 0x00;
            copy[14] = (byte)(_vlans[port] >> 8);
            copy[15] = (byte)_vlans[port];
            frame[12..].CopyTo(copy.AsSpan(16));
        }

        _waiting.Enqueue((sequence, port, 0, copy));
    }

    /// <summary>Adds a tenant frame, which the worker tags or encapsulates (rule 0.2.7).</summary>
    /// <param name="sequence">The sequence of what caused it, 0 = a timer.</param>
    /// <param name="to">Attachment or peer.</param>
    /// <param name="port">The access port whose <c>trust</c> the outer DSCP follows.</param>
    /// <param name="frame">The untagged frame; copied.</param>
    public void SendTenant(ulong sequence, Place to, int port, ReadOnlySpan<byte> frame)
    {
        if (_waiting.Count >= Most)
        {
            Lost++;
            return;
        }

        _waiting.Enqueue((sequence, port, to.Identity, frame.ToArray()));
    }

    /// <summary>Moves frames into the ring as far as it has room.</summary>
    /// <returns>Whether all are in.</returns>
    public bool Flush()
    {
        while (_waiting.TryPeek(out (ulong Sequence, int Port, uint Place, byte[] Frame) next))
        {
            var slot = (InjectSlot*)_ring.Reserve();
            if (slot == null)
            {
                return false;
            }

            slot->Sequence = next.Sequence;
            slot->Port = (ushort)next.Port;
            slot->Place = next.Place;
            slot->Length = (ushort)next.Frame.Length;
            next.Frame.CopyTo(new Span<byte>(InjectSlot.Data(slot), next.Frame.Length));
            _ring.Publish();
            _waiting.Dequeue();
        }

        return true;
    }
}
