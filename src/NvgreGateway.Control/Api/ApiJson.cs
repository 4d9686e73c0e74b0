using System.Text.Json;
using System.Text.Json.Serialization;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Tracing;

namespace NvgreGateway.Control.Api;

/// <summary>How the show API writes JSON: camel case, nulls left out. Generated, so that nothing is reflected at run time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<SegmentStatus>))]
[JsonSerializable(typeof(IReadOnlyList<PeerStatus>))]
[JsonSerializable(typeof(FdbStatus))]
[JsonSerializable(typeof(IReadOnlyList<NeighborStatus>))]
[JsonSerializable(typeof(IReadOnlyList<BindingStatus>))]
[JsonSerializable(typeof(IReadOnlyList<GroupStatus>))]
[JsonSerializable(typeof(IReadOnlyList<PortStatus>))]
[JsonSerializable(typeof(IReadOnlyList<WorkerStatus>))]
[JsonSerializable(typeof(DropsStatus))]
[JsonSerializable(typeof(FlushRequest))]
[JsonSerializable(typeof(FlushResult))]
[JsonSerializable(typeof(AnnounceRequest))]
[JsonSerializable(typeof(AnnounceResult))]
[JsonSerializable(typeof(ReloadReport))]
[JsonSerializable(typeof(TraceRequest))]
[JsonSerializable(typeof(TracePacket))]
[JsonSerializable(typeof(TraceEnd))]
[JsonSerializable(typeof(IReadOnlyList<QueueStatus>))]
[JsonSerializable(typeof(IReadOnlyList<OffloadStatus>))]
[JsonSerializable(typeof(IReadOnlyList<CapabilityStatus>))]
[JsonSerializable(typeof(OffloadSwitch))]
[JsonSerializable(typeof(OffloadResult))]
[JsonSerializable(typeof(IReadOnlyList<FlowStatus>))]
[JsonSerializable(typeof(ApiError))]
public sealed partial class ApiJson : JsonSerializerContext;
