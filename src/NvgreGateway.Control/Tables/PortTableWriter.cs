using System.Text;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Exchange;


namespace NvgreGateway.Control.Tables;

/// <summary>
/// Writes what control wants of the data process: its settings and the port table. After a restart of control the tables are to
/// be taken over (<see cref="GatewayTables"/>) before this is called with another configuration: they find port names here.
/// </summary>
public static unsafe class PortTableWriter
{
    /// <summary>Writes settings and port table; raises <see cref="DataSettings.Generation"/> if anything is new.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>Whether anything was new.</returns>
    /// <exception cref="TablesException">A device string is too long, or there are more ports or workers than the regions are made for.</exception>
    public static bool Write(GatewayMemory memory, GatewayConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(configuration);
        int ports = configuration.Ports.Count, workers = configuration.Workers.Cores.Count;
        if (ports > memory.Limits.Ports || workers > memory.Limits.Workers)
        {
            throw new TablesException(
                $"{ports} ports and {workers} workers do not fit the running gateway, which was made for {memory.Limits.Ports} and {memory.Limits.Workers}: start it anew with this configuration");
        }

        var entries = new PortTableEntry[ports];
        for (int i = 0; i < ports; i++)
        {
            entries[i] = EntryOf(configuration, i);
        }

        DataSettings settings = SettingsOf(configuration);
        settings.Generation = memory.Settings->Generation;
        bool same = settings.Generation != 0 && Bytes(ref settings).SequenceEqual(Bytes(ref *memory.Settings));
        for (int i = 0; same && i < ports; i++)
        {
            same = Bytes(ref entries[i]).SequenceEqual(Bytes(ref memory.PortTable[i]));
        }

        if (same)
        {
            return false;
        }

        for (int i = 0; i < ports; i++)
        {
            memory.PortTable[i] = entries[i];
        }

        ulong generation = settings.Generation + 1;
        *memory.Settings = settings;
        Volatile.Write(ref memory.Settings->Generation, generation);
        return true;
    }

    /// <summary>Writes what may be asked of the devices: a port heeds it when it is opened the next time.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="configuration">A configuration with the ports that the table has.</param>
    internal static void WriteWishes(GatewayMemory memory, GatewayConfiguration configuration)
    {
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            memory.PortTable[i].Wanted = Offload.OffloadPlan.Wishes(configuration.OffloadOf(i));
            memory.PortTable[i].SelfTest = configuration.Ports[i].SelfTest;
            memory.PortTable[i].Exception = (ushort)(configuration.IsExceptionPort(i) ? 1 : 0);
        }
    }

    /// <summary>
    /// Whether the running data process cannot follow a change and has to be started again: other ports (their order included),
    /// devices, MACs, MTUs, queues, workers or memory.
    /// </summary>
    /// <param name="from">The configuration in force.</param>
    /// <param name="to">The new one.</param>
    /// <returns>Whether it has to.</returns>
    public static bool NeedsRestart(GatewayConfiguration from, GatewayConfiguration to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        DataSettings a = SettingsOf(from), b = SettingsOf(to);
        if (!Bytes(ref a).SequenceEqual(Bytes(ref b)))
        {
            return true;
        }

        for (int i = 0; i < from.Ports.Count; i++)
        {
            PortTableEntry x = EntryOf(from, i), y = EntryOf(to, i);
            if (!Bytes(ref x).SequenceEqual(Bytes(ref y)))
            {
                return true;
            }
        }

        return false;
    }

    private static DataSettings SettingsOf(GatewayConfiguration configuration)
    {
        var settings = new DataSettings
        {
            PortCount = (uint)configuration.Ports.Count,
            WorkerCount = (uint)configuration.Workers.Cores.Count,
            Burst = (uint)configuration.Workers.Burst,
            IdleSleep = configuration.Workers.Idle == IdleMode.Sleep ? 1u : 0,
            NoHugepages = configuration.Memory.Hugepages == HugepageMode.Off ? 1u : 0,
            Megabytes = (uint)(configuration.Memory.Megabytes ?? 0),
        };
        for (int i = 0; i < configuration.Workers.Cores.Count && i < 64; i++)
        {
            settings.Cores[i] = (ushort)configuration.Workers.Cores[i];
        }

        return settings;
    }

    private static PortTableEntry EntryOf(GatewayConfiguration configuration, int index)
    {
        PortConfiguration port = configuration.Ports[index];
        if (Encoding.UTF8.GetByteCount(port.Device) >= 384)
        {
            throw new TablesException($"the device string of port {port.Name} has more than 383 bytes");
        }

        var entry = new PortTableEntry
        {
            Mac = port.Mac is { } mac ? mac.Value : 0,
            Mtu = (ushort)port.Mtu,
            MaxTags = (ushort)port.MaxTags,
            Queues = (ushort)port.Queues,
            Underlay = (ushort)(port.Role == PortRole.Underlay ? 1 : 0),
            Exception = (ushort)(configuration.IsExceptionPort(index) ? 1 : 0),
            SelfTest = port.SelfTest,
            Wanted = Offload.OffloadPlan.Wishes(configuration.OffloadOf(index)),
        };
        GatewayMemory.SetText(entry.Name, 64, port.Name);
        GatewayMemory.SetText(entry.Device, 384, port.Device);
        return entry;
    }

    private static ReadOnlySpan<byte> Bytes<T>(ref T value)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));
}
