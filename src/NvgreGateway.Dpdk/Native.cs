using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>
/// The native border. Status codes are 0 or a negative errno. Every function here has one counterpart in the shim, of the same meaning.
/// The GC transition is suppressed only on leaf helpers that make no system call and wait for nobody.
/// </summary>
internal static unsafe partial class Native
{
    /// <summary>Raised with every change to the functions below, here and in <c>shim.h</c>.</summary>
    internal const uint Revision = 7;

    private const string Shim = NativeLibraryLocator.Shim;

    // Layout.
    [LibraryImport(Shim, EntryPoint = "shim_layout")]
    internal static partial NativeProbe* Layout(uint* count);

    [LibraryImport(Shim, EntryPoint = "shim_version")]
    internal static partial byte* Version();

    [LibraryImport(Shim, EntryPoint = "shim_version_number")]
    internal static partial uint VersionNumber();

    // EAL.
    [LibraryImport(Shim, EntryPoint = "shim_eal_init")]
    internal static partial int EalInit(int count, byte** arguments);

    [LibraryImport(Shim, EntryPoint = "shim_eal_cleanup")]
    internal static partial int EalCleanup();

    [LibraryImport(Shim, EntryPoint = "shim_runtime_dir")]
    internal static partial byte* RuntimeDirectory();

    [LibraryImport(Shim, EntryPoint = "shim_log_open")]
    internal static partial int LogOpen();

    [LibraryImport(Shim, EntryPoint = "shim_log_read")]
    internal static partial uint LogRead(byte* buffer, uint size);

    [LibraryImport(Shim, EntryPoint = "shim_driver_known")]
    internal static partial int DriverKnown(byte* name);

    [LibraryImport(Shim, EntryPoint = "shim_thread_register")]
    internal static partial int ThreadRegister();

    [LibraryImport(Shim, EntryPoint = "shim_thread_unregister")]
    internal static partial void ThreadUnregister();

    [LibraryImport(Shim, EntryPoint = "shim_lcore_id")]
    internal static partial uint LcoreId();

    [LibraryImport(Shim, EntryPoint = "shim_rdtsc")]
    [SuppressGCTransition]
    internal static partial ulong ReadTsc();

    [LibraryImport(Shim, EntryPoint = "shim_tsc_hz")]
    internal static partial ulong TscHertz();

    [LibraryImport(Shim, EntryPoint = "shim_dev_probe")]
    internal static partial int DevProbe(byte* devargs);

    // Pools.
    [LibraryImport(Shim, EntryPoint = "shim_pool_create")]
    internal static partial int PoolCreate(byte* name, uint count, uint cache, ushort privateSize, ushort room, int socket, int lifo, void** pool);

    [LibraryImport(Shim, EntryPoint = "shim_pool_free")]
    internal static partial void PoolFree(void* pool);

    [LibraryImport(Shim, EntryPoint = "shim_pool_available")]
    internal static partial uint PoolAvailable(void* pool);

    [LibraryImport(Shim, EntryPoint = "shim_pool_in_use")]
    internal static partial uint PoolInUse(void* pool);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_alloc")]
    [SuppressGCTransition]
    internal static partial Mbuf* MbufAlloc(void* pool);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_alloc_bulk")]
    [SuppressGCTransition]
    internal static partial int MbufAllocBulk(void* pool, Mbuf** packets, uint count);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_free")]
    [SuppressGCTransition]
    internal static partial void MbufFree(Mbuf* packet);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_free_bulk")]
    [SuppressGCTransition]
    internal static partial void MbufFreeBulk(Mbuf** packets, uint count);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_clone")]
    [SuppressGCTransition]
    internal static partial Mbuf* MbufClone(Mbuf* packet, void* pool);

    // Copies up to a whole jumbo packet: too long to hold off a collection.
    [LibraryImport(Shim, EntryPoint = "shim_mbuf_copy")]
    internal static partial Mbuf* MbufCopy(Mbuf* packet, void* pool, uint offset, uint length);

    [LibraryImport(Shim, EntryPoint = "shim_mbuf_linearize")]
    internal static partial int MbufLinearise(Mbuf* packet);

    // Ports.
    [LibraryImport(Shim, EntryPoint = "shim_rx_burst")]
    internal static partial ushort RxBurst(ushort port, ushort queue, Mbuf** packets, ushort count);

    [LibraryImport(Shim, EntryPoint = "shim_tx_burst")]
    internal static partial ushort TxBurst(ushort port, ushort queue, Mbuf** packets, ushort count);

    [LibraryImport(Shim, EntryPoint = "shim_tx_prepare")]
    internal static partial ushort TxPrepare(ushort port, ushort queue, Mbuf** packets, ushort count);

    [LibraryImport(Shim, EntryPoint = "shim_port_by_name")]
    internal static partial int PortByName(byte* name, ushort* port);

    [LibraryImport(Shim, EntryPoint = "shim_port_name")]
    internal static partial int PortName(ushort port, byte* name64);

    [LibraryImport(Shim, EntryPoint = "shim_port_next")]
    internal static partial int PortNext(int after);

    [LibraryImport(Shim, EntryPoint = "shim_port_info")]
    internal static partial int PortInfo(ushort port, NativePortInfo* info);

    [LibraryImport(Shim, EntryPoint = "shim_port_configure")]
    internal static partial int PortConfigure(ushort port, NativePortConfiguration* configuration);

    [LibraryImport(Shim, EntryPoint = "shim_port_adjust_descriptors")]
    internal static partial int PortAdjustDescriptors(ushort port, ushort* rx, ushort* tx);

    [LibraryImport(Shim, EntryPoint = "shim_rx_queue_setup")]
    internal static partial int RxQueueSetup(ushort port, ushort queue, ushort descriptors, int socket, ulong offloads, void* pool);

    [LibraryImport(Shim, EntryPoint = "shim_tx_queue_setup")]
    internal static partial int TxQueueSetup(ushort port, ushort queue, ushort descriptors, int socket, ulong offloads);

    [LibraryImport(Shim, EntryPoint = "shim_port_start")]
    internal static partial int PortStart(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_stop")]
    internal static partial int PortStop(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_close")]
    internal static partial int PortClose(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_detach")]
    internal static partial int PortDetach(ushort port, byte* bus, byte* name);

    [LibraryImport(Shim, EntryPoint = "shim_port_set_mtu")]
    internal static partial int PortSetMtu(ushort port, ushort mtu);

    [LibraryImport(Shim, EntryPoint = "shim_port_get_mtu")]
    internal static partial int PortGetMtu(ushort port, ushort* mtu);

    [LibraryImport(Shim, EntryPoint = "shim_port_promiscuous")]
    internal static partial int PortPromiscuous(ushort port, int on);

    [LibraryImport(Shim, EntryPoint = "shim_port_pause_off")]
    internal static partial int PortPauseOff(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_allmulticast")]
    internal static partial int PortAllMulticast(ushort port, int on);

    [LibraryImport(Shim, EntryPoint = "shim_port_mac_get")]
    internal static partial int PortMacGet(ushort port, byte* mac);

    [LibraryImport(Shim, EntryPoint = "shim_port_mac_set")]
    internal static partial int PortMacSet(ushort port, byte* mac);

    [LibraryImport(Shim, EntryPoint = "shim_port_mac_add")]
    internal static partial int PortMacAdd(ushort port, byte* mac);

    [LibraryImport(Shim, EntryPoint = "shim_port_link")]
    internal static partial int PortLink(ushort port, NativeLink* link);

    [LibraryImport(Shim, EntryPoint = "shim_port_stats")]
    internal static partial int PortStats(ushort port, PortStatistics* statistics);

    [LibraryImport(Shim, EntryPoint = "shim_port_stats_reset")]
    internal static partial int PortStatsReset(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_xstats_names")]
    internal static partial int PortXstatsNames(ushort port, byte* names, uint count);

    [LibraryImport(Shim, EntryPoint = "shim_port_xstats")]
    internal static partial int PortXstats(ushort port, ulong* values, uint count);

    [LibraryImport(Shim, EntryPoint = "shim_port_rss")]
    internal static partial int PortRss(ushort port, ulong* types, byte* key, uint* keyLength);

    [LibraryImport(Shim, EntryPoint = "shim_port_reta_write")]
    internal static partial int PortRetaWrite(ushort port, ushort* queues, ushort size);

    [LibraryImport(Shim, EntryPoint = "shim_port_reta_read")]
    internal static partial int PortRetaRead(ushort port, ushort* queues, ushort size);

    [LibraryImport(Shim, EntryPoint = "shim_port_is_removed")]
    internal static partial int PortIsRemoved(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_guest_features")]
    internal static partial int PortGuestFeatures(ushort port, ulong* features);

    [LibraryImport(Shim, EntryPoint = "shim_port_watch")]
    internal static partial int PortWatch(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_port_events")]
    internal static partial void PortEvents(ushort port, uint* removals, uint* linkChanges);

    // Flow rules.
    [LibraryImport(Shim, EntryPoint = "shim_flow_validate")]
    internal static partial int FlowValidate(ushort port, FlowRule* rule, FlowError* error);

    [LibraryImport(Shim, EntryPoint = "shim_flow_create")]
    internal static partial int FlowCreate(ushort port, FlowRule* rule, void** handle, FlowError* error);

    [LibraryImport(Shim, EntryPoint = "shim_flow_destroy")]
    internal static partial int FlowDestroy(ushort port, void* handle, FlowError* error);

    [LibraryImport(Shim, EntryPoint = "shim_flow_query")]
    internal static partial int FlowQuery(ushort port, void* handle, ulong* packets, ulong* bytes, FlowError* error);

    [LibraryImport(Shim, EntryPoint = "shim_flow_proxy")]
    internal static partial ushort FlowProxy(ushort port);

    [LibraryImport(Shim, EntryPoint = "shim_flow_flush")]
    internal static partial int FlowFlush(ushort port, FlowError* error);
}
