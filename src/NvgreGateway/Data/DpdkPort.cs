using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Data;

/// <summary>What workers look at of a port: written by the housekeeping thread, read by every worker in every burst.</summary>
[StructLayout(LayoutKind.Sequential, Size = 1024)]
internal unsafe struct DpdkPort
{
    /// <summary>Most queues of a port in each direction.</summary>
    internal const int MaxQueues = 64;

    /// <summary>1 = the device may be called.</summary>
    internal int Open;

    /// <summary>1 = the link is up and the device is there.</summary>
    internal int Up;

    /// <summary>Receive queues.</summary>
    internal int RxQueues;

    /// <summary>Transmit queues.</summary>
    internal int TxQueues;

    /// <summary>Who gets what of its packets, where the device does not see to that (C-056, C-137); null = who received them.</summary>
    internal SpreadPlan* Plan;

    /// <summary>
    /// Only in the entry of the first port: a bit for each port that sends packets of several segments.
    /// </summary>
    internal ulong ChainPorts;

    /// <summary>How many buffers its device takes of a packet (C-019).</summary>
    internal ChainLimit Limit;

    private fixed uint _rx[MaxQueues];
    private fixed uint _tx[MaxQueues];

    /// <summary>Takes the queues of a port that is set up.</summary>
    internal static void Take(DpdkPort* entry, Port port)
    {
        for (int i = 0; i < port.RxQueueCount; i++)
        {
            ((RxQueue*)entry->_rx)[i] = port.RxQueue(i);
        }

        for (int i = 0; i < port.TxQueueCount; i++)
        {
            ((TxQueue*)entry->_tx)[i] = port.TxQueue(i);
        }

        entry->RxQueues = port.RxQueueCount;
        entry->TxQueues = port.TxQueueCount;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RxQueue Rx(DpdkPort* entry, int queue) => ((RxQueue*)entry->_rx)[queue];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TxQueue Tx(DpdkPort* entry, int queue) => ((TxQueue*)entry->_tx)[queue];
}
