// Written by tests/conformance/make.py; change that and run it again.

namespace NvgreGateway.Tests.Conformance;

/// <summary>One test for each folder of <c>tests/conformance/cases</c>.</summary>
public sealed class Cases
{
    [Fact]
    [Requirement("A-001", "A-003", "A-005", "A-009", "A-040", "A-050", "A-051", "A-060", "A-063", "A-064", "E-020", "B-032", "B-022")]
    public void W01_Vlan_To_Nvgre() => CaseRunner.Run("w01-vlan-to-nvgre");

    [Fact]
    [Requirement("A-060", "B-053", "E-020")]
    public void W03_Nvgre_To_Vlan() => CaseRunner.Run("w03-nvgre-to-vlan");

    [Fact]
    [Requirement("A-067", "E-030", "A-101")]
    public void W01_W03_Conversation() => CaseRunner.Run("w01-w03-conversation");

    [Fact]
    [Requirement("A-001", "A-060", "A-063", "A-065", "B-020", "B-030")]
    public void W07_Four_In_Six() => CaseRunner.Run("w07-four-in-six");

    [Fact]
    [Requirement("A-060", "A-063")]
    public void W08_Six_In_Four() => CaseRunner.Run("w08-six-in-four");

    [Fact]
    [Requirement("A-063", "A-065")]
    public void Six_In_Six() => CaseRunner.Run("six-in-six");

    [Fact]
    [Requirement("A-013", "A-010")]
    public void W09_Arp_Is_Padded() => CaseRunner.Run("w09-arp-is-padded");

    [Fact]
    [Requirement("A-012", "A-010")]
    public void W11_Outer_Padding() => CaseRunner.Run("w11-outer-padding");

    [Fact]
    [Requirement("A-033")]
    public void W15_Inner_Fragments() => CaseRunner.Run("w15-inner-fragments");

    [Fact]
    [Requirement("A-006")]
    public void W17_Checksum_Present() => CaseRunner.Run("w17-checksum-present");

    [Fact]
    [Requirement("A-042", "A-043", "A-045")]
    public void W19_Inner_Tag_8100() => CaseRunner.Run("w19-inner-tag-8100");

    [Fact]
    [Requirement("A-043")]
    public void W19_Inner_Tag_88a8() => CaseRunner.Run("w19-inner-tag-88a8");

    [Fact]
    [Requirement("A-043")]
    public void W19_Inner_Tag_9100() => CaseRunner.Run("w19-inner-tag-9100");

    [Fact]
    [Requirement("A-043")]
    public void W19_Inner_Tag_9200() => CaseRunner.Run("w19-inner-tag-9200");

    [Fact]
    [Requirement("A-044")]
    public void Inner_Priority_Tag() => CaseRunner.Run("inner-priority-tag");

    [Fact]
    [Requirement("A-045")]
    public void Inner_Tag_Accepted() => CaseRunner.Run("inner-tag-accepted");

    [Fact]
    [Requirement("B-002")]
    public void Gre_Ignored_Bits() => CaseRunner.Run("gre-ignored-bits");

    [Fact]
    [Requirement("A-008")]
    public void Gre_No_Key() => CaseRunner.Run("gre-no-key");

    [Fact]
    [Requirement("A-006")]
    public void Gre_Checksum() => CaseRunner.Run("gre-checksum");

    [Fact]
    [Requirement("A-007")]
    public void Gre_Sequence() => CaseRunner.Run("gre-sequence");

    [Fact]
    [Requirement("B-004")]
    public void Gre_Version() => CaseRunner.Run("gre-version");

    [Fact]
    [Requirement("B-001")]
    public void Gre_Reserved_Bits() => CaseRunner.Run("gre-reserved-bits");

    [Fact]
    [Requirement("B-007", "B-013")]
    public void Gre_Protocol_Types() => CaseRunner.Run("gre-protocol-types");

    [Fact]
    [Requirement("B-008")]
    public void Gre_Cut_By_Outer_Length_Four() => CaseRunner.Run("gre-cut-by-outer-length-four");

    [Fact]
    public void Gre_Cut_By_Outer_Length_Six() => CaseRunner.Run("gre-cut-by-outer-length-six");

    [Fact]
    [Requirement("B-008")]
    public void Gre_Cut_By_Outer_Length_In_A_Long_Frame() => CaseRunner.Run("gre-cut-by-outer-length-in-a-long-frame");

    [Fact]
    [Requirement("A-014")]
    public void Inner_Short() => CaseRunner.Run("inner-short");

    [Fact]
    [Requirement("A-010", "A-011")]
    public void Any_Ethertype() => CaseRunner.Run("any-ethertype");

    [Fact]
    [Requirement("A-009", "A-011", "A-013")]
    public void Short_Frames_Are_Kept_And_Padded() => CaseRunner.Run("short-frames-are-kept-and-padded");

    [Fact]
    [Requirement("A-004")]
    public void Vsid_And_Flow_In_The_Key() => CaseRunner.Run("vsid-and-flow-in-the-key");

    [Fact]
    [Requirement("A-021")]
    public void Vsid_4096() => CaseRunner.Run("vsid-4096");

    [Fact]
    [Requirement("A-021")]
    public void Vsid_16777214() => CaseRunner.Run("vsid-16777214");

    [Fact]
    [Requirement("A-022")]
    public void Vsid_Reserved() => CaseRunner.Run("vsid-reserved");

    [Fact]
    [Requirement("A-023")]
    public void Vsid_Vendor() => CaseRunner.Run("vsid-vendor");

    [Fact]
    [Requirement("A-025", "B-009")]
    public void Vsid_Unknown() => CaseRunner.Run("vsid-unknown");

    [Fact]
    [Requirement("A-034")]
    public void Flow_Id_Known_Answers() => CaseRunner.Run("flow-id-known-answers");

    [Fact]
    [Requirement("A-034")]
    public void Flow_Id_Of_Broadcasts() => CaseRunner.Run("flow-id-of-broadcasts");

    [Fact]
    [Requirement("A-031", "A-065")]
    public void Flow_Id_Off_Everywhere() => CaseRunner.Run("flow-id-off-everywhere");

    [Fact]
    [Requirement("A-031")]
    public void Flow_Id_Off_One_Peer() => CaseRunner.Run("flow-id-off-one-peer");

    [Fact]
    [Requirement("A-036")]
    public void Flow_Id_Is_Ignored_On_Receipt() => CaseRunner.Run("flow-id-is-ignored-on-receipt");

    [Fact]
    [Requirement("A-038")]
    public void Flow_Id_Depends_On_The_Flow_Alone() => CaseRunner.Run("flow-id-depends-on-the-flow-alone");

    [Fact]
    [Requirement("A-034")]
    public void Flow_Id_Key_Classes() => CaseRunner.Run("flow-id-key-classes");

    [Fact]
    [Requirement("B-020", "B-022")]
    public void Ecn_Normal() => CaseRunner.Run("ecn-normal");

    [Fact]
    [Requirement("B-021", "B-022")]
    public void Ecn_Compatibility() => CaseRunner.Run("ecn-compatibility");

    [Fact]
    [Requirement("B-030", "B-032")]
    public void Dscp_Copy() => CaseRunner.Run("dscp-copy");

    [Fact]
    [Requirement("B-030")]
    public void Dscp_Fixed() => CaseRunner.Run("dscp-fixed");

    [Fact]
    [Requirement("B-030")]
    public void Dscp_From_Pcp() => CaseRunner.Run("dscp-from-pcp");

    [Fact]
    [Requirement("B-032")]
    public void Dscp_Kept_Inside() => CaseRunner.Run("dscp-kept-inside");

    [Fact]
    [Requirement("B-051", "B-053")]
    public void Inner_Ttl_Is_Left() => CaseRunner.Run("inner-ttl-is-left");

    [Fact]
    [Requirement("B-083")]
    public void Wrong_Inner_Checksums_Stay() => CaseRunner.Run("wrong-inner-checksums-stay");

    [Fact]
    [Requirement("A-051")]
    public void Next_Hop_On_And_Off_Link() => CaseRunner.Run("next-hop-on-and-off-link");

    [Fact]
    [Requirement("A-052", "A-046")]
    public void Outer_Tag() => CaseRunner.Run("outer-tag");

    [Fact]
    [Requirement("A-052")]
    public void Outer_Tag_Not_Configured() => CaseRunner.Run("outer-tag-not-configured");

    [Fact]
    [Requirement("A-056")]
    public void Outer_Other_Mac() => CaseRunner.Run("outer-other-mac");

    [Fact]
    [Requirement("A-056")]
    public void Outer_Joined_Group_Mac() => CaseRunner.Run("outer-joined-group-mac");

    [Fact]
    [Requirement("A-056")]
    public void Outer_Runts() => CaseRunner.Run("outer-runts");

    [Fact]
    public void Outer_Ethertypes() => CaseRunner.Run("outer-ethertypes");

    [Fact]
    [Requirement("A-061")]
    public void Source_Address_By_Policy() => CaseRunner.Run("source-address-by-policy");

    [Fact]
    [Requirement("A-062")]
    public void Any_Local_Address_Receives() => CaseRunner.Run("any-local-address-receives");

    [Fact]
    [Requirement("A-062")]
    public void Any_Local_Address_Receives_Six() => CaseRunner.Run("any-local-address-receives-six");

    [Fact]
    [Requirement("A-068")]
    public void Outer_Ip_Version() => CaseRunner.Run("outer-ip-version");

    [Fact]
    [Requirement("A-068")]
    public void Outer_Ip_Version_Six() => CaseRunner.Run("outer-ip-version-six");

    [Fact]
    [Requirement("A-068")]
    public void Outer_Ip_Header() => CaseRunner.Run("outer-ip-header");

    [Fact]
    [Requirement("A-068")]
    public void Outer_Ip_Length() => CaseRunner.Run("outer-ip-length");

    [Fact]
    [Requirement("A-144")]
    public void Outer_Ip_Checksum() => CaseRunner.Run("outer-ip-checksum");

    [Fact]
    [Requirement("B-018", "A-035")]
    public void Outer_Ip_Transit() => CaseRunner.Run("outer-ip-transit");

    [Fact]
    [Requirement("B-017")]
    public void Outer_Ip_One_Bit_Off() => CaseRunner.Run("outer-ip-one-bit-off");

    [Fact]
    [Requirement("B-019")]
    public void Outer_Ip_Options() => CaseRunner.Run("outer-ip-options");

    [Fact]
    [Requirement("A-072")]
    public void Outer_Ip_Fragments() => CaseRunner.Run("outer-ip-fragments");

    [Fact]
    [Requirement("A-069")]
    public void Outer_Ip_Martians() => CaseRunner.Run("outer-ip-martians");

    [Fact]
    [Requirement("B-080")]
    public void Outer_Ip_Protocols() => CaseRunner.Run("outer-ip-protocols");

    [Fact]
    [Requirement("B-015")]
    public void Outer_Extension_Headers() => CaseRunner.Run("outer-extension-headers");

    [Fact]
    [Requirement("A-140", "B-014", "F-040")]
    public void Peer_Unknown() => CaseRunner.Run("peer-unknown");

    [Fact]
    [Requirement("A-093")]
    public void Peer_Down() => CaseRunner.Run("peer-down");

    [Fact]
    [Requirement("B-011", "F-043")]
    public void Tenant_Gre_Is_A_Loop() => CaseRunner.Run("tenant-gre-is-a-loop");

    [Fact]
    [Requirement("B-012")]
    public void Nvgre_In_Nvgre() => CaseRunner.Run("nvgre-in-nvgre");

    [Fact]
    [Requirement("A-146")]
    public void Lossless_Ethernet() => CaseRunner.Run("lossless-ethernet");

    [Fact]
    [Requirement("E-070")]
    public void Reserved_Group_Macs() => CaseRunner.Run("reserved-group-macs");

    [Fact]
    [Requirement("E-072", "E-074")]
    public void Switch_Control_Groups() => CaseRunner.Run("switch-control-groups");

    [Fact]
    [Requirement("A-103")]
    public void Source_Macs() => CaseRunner.Run("source-macs");

    [Fact]
    [Requirement("A-103")]
    public void Source_Macs_Of_The_Underlay() => CaseRunner.Run("source-macs-of-the-underlay");

    [Fact]
    [Requirement("A-104")]
    public void Address_Acquisition() => CaseRunner.Run("address-acquisition");

    [Fact]
    [Requirement("A-074", "B-060", "B-068")]
    public void Too_Big_For_The_Path() => CaseRunner.Run("too-big-for-the-path");

    [Fact]
    [Requirement("A-074", "B-060")]
    public void Too_Big_For_The_Path_Six() => CaseRunner.Run("too-big-for-the-path-six");

    [Fact]
    [Requirement("E-076")]
    public void Oversize() => CaseRunner.Run("oversize");

    [Fact]
    [Requirement("F-022")]
    public void One_Fault_Each() => CaseRunner.Run("one-fault-each");

    [Fact]
    public void Two_Faults() => CaseRunner.Run("two-faults");

    [Fact]
    [Requirement("F-022")]
    public void Two_Faults_Six() => CaseRunner.Run("two-faults-six");

    [Fact]
    [Requirement("A-068")]
    public void Cut_At_Every_Byte_Four() => CaseRunner.Run("cut-at-every-byte-four");

    [Fact]
    [Requirement("A-068")]
    public void Cut_At_Every_Byte_Six() => CaseRunner.Run("cut-at-every-byte-six");

    [Fact]
    public void Inner_Cut_At_Every_Byte() => CaseRunner.Run("inner-cut-at-every-byte");

    [Fact]
    [Requirement("A-056")]
    public void Tenant_Cut_At_Every_Byte() => CaseRunner.Run("tenant-cut-at-every-byte");

    [Fact]
    [Requirement("E-001", "E-002", "A-044")]
    public void Access_Port() => CaseRunner.Run("access-port");

    [Fact]
    [Requirement("E-002")]
    public void Access_Port_Refuses_Tags() => CaseRunner.Run("access-port-refuses-tags");

    [Fact]
    [Requirement("A-041")]
    public void Access_Port_Double() => CaseRunner.Run("access-port-double");

    [Fact]
    [Requirement("E-001", "E-003")]
    public void Trunk_Port() => CaseRunner.Run("trunk-port");

    [Fact]
    [Requirement("E-004", "E-005")]
    public void Trunk_Without_Native() => CaseRunner.Run("trunk-without-native");

    [Fact]
    [Requirement("E-004", "E-005")]
    public void Trunk_With_Native() => CaseRunner.Run("trunk-with-native");

    [Fact]
    [Requirement("E-005")]
    public void Reserved_Vid() => CaseRunner.Run("reserved-vid");

    [Fact]
    [Requirement("A-041")]
    public void Double_Tags() => CaseRunner.Run("double-tags");

    [Fact]
    [Requirement("A-056", "A-041")]
    public void Double_Tag_Cut() => CaseRunner.Run("double-tag-cut");

    [Fact]
    [Requirement("E-011")]
    public void Triple_Tags() => CaseRunner.Run("triple-tags");

    [Fact]
    [Requirement("A-040")]
    public void Tag_Bits() => CaseRunner.Run("tag-bits");

    [Fact]
    [Requirement("E-021", "E-025")]
    public void Many_Attachments() => CaseRunner.Run("many-attachments");

    [Fact]
    [Requirement("E-025")]
    public void Same_Attachment() => CaseRunner.Run("same-attachment");

    [Fact]
    [Requirement("E-024")]
    public void Local_Switching_Off() => CaseRunner.Run("local-switching-off");

    [Fact]
    [Requirement("E-026")]
    public void Segment_Down() => CaseRunner.Run("segment-down");

    [Fact]
    [Requirement("A-020", "A-026", "D-022", "D-024")]
    public void Two_Tenants_With_The_Same_Macs() => CaseRunner.Run("two-tenants-with-the-same-macs");

    [Fact]
    public void Two_Faults_Of_A_Tenant() => CaseRunner.Run("two-faults-of-a-tenant");

    [Fact]
    [Requirement("A-081")]
    public void Broadcast_To_Five_Peers() => CaseRunner.Run("broadcast-to-five-peers");

    [Fact]
    [Requirement("A-081")]
    public void Broadcast_Over_Both_Families() => CaseRunner.Run("broadcast-over-both-families");

    [Fact]
    [Requirement("A-089")]
    public void Broadcast_With_A_Peer_Down() => CaseRunner.Run("broadcast-with-a-peer-down");

    [Fact]
    [Requirement("A-088")]
    public void Split_Horizon_Of_Floods() => CaseRunner.Run("split-horizon-of-floods");

    [Fact]
    [Requirement("A-092")]
    public void Split_Horizon_Of_Unicast() => CaseRunner.Run("split-horizon-of-unicast");

    [Fact]
    [Requirement("A-092")]
    public void Relay() => CaseRunner.Run("relay");

    [Fact]
    [Requirement("A-087")]
    public void Unknown_Unicast_Flood() => CaseRunner.Run("unknown-unicast-flood");

    [Fact]
    [Requirement("A-087")]
    public void Unknown_Unicast_Drop_By_Policy() => CaseRunner.Run("unknown-unicast-drop-by-policy");

    [Fact]
    [Requirement("A-087")]
    public void Unknown_Unicast_Drop_Without_Learning() => CaseRunner.Run("unknown-unicast-drop-without-learning");

    [Fact]
    [Requirement("A-087")]
    public void Flood_Without_Learning() => CaseRunner.Run("flood-without-learning");

    [Fact]
    [Requirement("A-087")]
    public void Nobody_To_Flood_To() => CaseRunner.Run("nobody-to-flood-to");

    [Fact]
    [Requirement("A-087")]
    public void Nobody_To_Flood_To_While_Down() => CaseRunner.Run("nobody-to-flood-to-while-down");

    [Fact]
    [Requirement("A-101", "E-030")]
    public void Learning_From_Both_Sides() => CaseRunner.Run("learning-from-both-sides");

    [Fact]
    public void Learning_Waits_For_The_Next_Time_Stamp() => CaseRunner.Run("learning-waits-for-the-next-time-stamp");

    [Fact]
    [Requirement("A-101")]
    public void Dropped_Frames_Teach_Nothing() => CaseRunner.Run("dropped-frames-teach-nothing");

    [Fact]
    [Requirement("A-100")]
    public void Records_And_Learning() => CaseRunner.Run("records-and-learning");

    [Fact]
    [Requirement("A-102", "E-033")]
    public void Records_Win() => CaseRunner.Run("records-win");

    [Fact]
    [Requirement("E-033")]
    public void Sticky_Records() => CaseRunner.Run("sticky-records");

    [Fact]
    [Requirement("E-032")]
    public void Moves() => CaseRunner.Run("moves");

    [Fact]
    [Requirement("E-032")]
    public void Moves_At_One_Time_Stamp() => CaseRunner.Run("moves-at-one-time-stamp");

    [Fact]
    [Requirement("E-032")]
    public void Ping_Pong_Freeze() => CaseRunner.Run("ping-pong-freeze");

    [Fact]
    [Requirement("E-032")]
    public void Ping_Pong_Drop() => CaseRunner.Run("ping-pong-drop");

    [Fact]
    [Requirement("E-032")]
    public void Slow_Moves() => CaseRunner.Run("slow-moves");

    [Fact]
    [Requirement("E-031")]
    public void Ageing_Default() => CaseRunner.Run("ageing-default");

    [Fact]
    [Requirement("E-031")]
    public void Ageing_Configured() => CaseRunner.Run("ageing-configured");

    [Fact]
    [Requirement("E-031")]
    public void Records_Do_Not_Age() => CaseRunner.Run("records-do-not-age");

    [Fact]
    [Requirement("E-034")]
    public void Mac_Limit_Of_A_Segment() => CaseRunner.Run("mac-limit-of-a-segment");

    [Fact]
    [Requirement("E-034")]
    public void Mac_Limit_That_Drops() => CaseRunner.Run("mac-limit-that-drops");

    [Fact]
    [Requirement("E-034")]
    public void Mac_Limit_Of_A_Port() => CaseRunner.Run("mac-limit-of-a-port");

    [Fact]
    [Requirement("E-034")]
    public void Mac_Limit_Of_A_Peer() => CaseRunner.Run("mac-limit-of-a-peer");

    [Fact]
    [Requirement("E-037")]
    public void Table_Full() => CaseRunner.Run("table-full");

    [Fact]
    [Requirement("E-063", "A-051")]
    public void Two_Frames_One_Request() => CaseRunner.Run("two-frames-one-request");

    [Fact]
    [Requirement("E-063", "A-051")]
    public void Two_Frames_One_Solicitation() => CaseRunner.Run("two-frames-one-solicitation");

    [Fact]
    [Requirement("A-051", "E-063")]
    public void Router_Is_Resolved() => CaseRunner.Run("router-is-resolved");

    [Fact]
    [Requirement("E-063")]
    public void Solicited_From_The_Right_Address() => CaseRunner.Run("solicited-from-the-right-address");

    [Fact]
    [Requirement("A-054", "E-063")]
    public void Hundred_Frames_To_A_Silent_Hop_Four() => CaseRunner.Run("hundred-frames-to-a-silent-hop-four");

    [Fact]
    [Requirement("A-054", "E-063")]
    public void Hundred_Frames_To_A_Silent_Hop_Six() => CaseRunner.Run("hundred-frames-to-a-silent-hop-six");

    [Fact]
    [Requirement("A-054")]
    public void Hundred_Frames_One_By_One() => CaseRunner.Run("hundred-frames-one-by-one");

    [Fact]
    [Requirement("A-054")]
    public void Hold_Of_Ten() => CaseRunner.Run("hold-of-ten");

    [Fact]
    [Requirement("A-055", "A-054")]
    public void Nobody_Answers() => CaseRunner.Run("nobody-answers");

    [Fact]
    [Requirement("A-055")]
    public void Late_Answer() => CaseRunner.Run("late-answer");

    [Fact]
    [Requirement("A-054")]
    public void Waits_At_The_End() => CaseRunner.Run("waits-at-the-end");

    [Fact]
    public void Copies_That_Wait() => CaseRunner.Run("copies-that-wait");

    [Fact]
    [Requirement("E-063")]
    public void Arp_For_A_Local_Address() => CaseRunner.Run("arp-for-a-local-address");

    [Fact]
    [Requirement("E-063")]
    public void Solicitation_For_A_Local_Address() => CaseRunner.Run("solicitation-for-a-local-address");

    [Fact]
    [Requirement("E-064")]
    public void Echo() => CaseRunner.Run("echo");

    [Fact]
    [Requirement("E-064")]
    public void Echo_Six() => CaseRunner.Run("echo-six");

    [Fact]
    [Requirement("E-064")]
    public void Echo_Within_Traffic() => CaseRunner.Run("echo-within-traffic");

    [Fact]
    [Requirement("F-047")]
    public void Echo_Budget() => CaseRunner.Run("echo-budget");

    [Fact]
    [Requirement("F-022", "F-020")]
    public void Burst_Of_Everything() => CaseRunner.Run("burst-of-everything");

    [Fact]
    [Requirement("F-022", "F-020")]
    public void Burst_Of_Everything_Again() => CaseRunner.Run("burst-of-everything-again");

    [Fact]
    [Requirement("F-022")]
    public void Every_Fault_Between_Good_Frames() => CaseRunner.Run("every-fault-between-good-frames");

    [Fact]
    [Requirement("A-101")]
    public void Dropped_Later_But_Learned() => CaseRunner.Run("dropped-later-but-learned");

    [Fact]
    [Requirement("E-031")]
    public void Refreshed_By_Dropped_Frames() => CaseRunner.Run("refreshed-by-dropped-frames");

    [Fact]
    [Requirement("E-034", "E-031")]
    public void Limit_Frees_With_Age() => CaseRunner.Run("limit-frees-with-age");

    [Fact]
    [Requirement("E-030", "E-004")]
    public void One_Attachment_Tagged_Or_Not() => CaseRunner.Run("one-attachment-tagged-or-not");

    [Fact]
    [Requirement("E-030")]
    public void Many_Stations_In_One_Burst() => CaseRunner.Run("many-stations-in-one-burst");

    [Fact]
    [Requirement("E-031")]
    public void Silence_Of_Decades() => CaseRunner.Run("silence-of-decades");

    [Fact]
    [Requirement("E-076", "A-056")]
    public void Frames_Of_Any_Length() => CaseRunner.Run("frames-of-any-length");

    [Fact]
    [Requirement("B-011", "F-043")]
    public void Tenant_Gre_In_Disguise() => CaseRunner.Run("tenant-gre-in-disguise");

    [Fact]
    [Requirement("A-041", "A-043")]
    public void Foreign_Tpids_On_The_Native_Vlan() => CaseRunner.Run("foreign-tpids-on-the-native-vlan");

    [Fact]
    [Requirement("B-050")]
    public void Outer_Ttl() => CaseRunner.Run("outer-ttl");

    [Fact]
    [Requirement("B-050", "A-071", "B-040")]
    public void Outer_Ttl_Default() => CaseRunner.Run("outer-ttl-default");

    [Fact]
    [Requirement("A-031")]
    public void Flow_Id_Of_One_Peer_On() => CaseRunner.Run("flow-id-of-one-peer-on");

    [Fact]
    [Requirement("B-030")]
    public void Fixed_Dscp_Of_What_Is_Not_Ip() => CaseRunner.Run("fixed-dscp-of-what-is-not-ip");

    [Fact]
    [Requirement("B-042")]
    public void Same_Identification_Everywhere() => CaseRunner.Run("same-identification-everywhere");

    [Fact]
    [Requirement("B-023", "B-024", "B-027")]
    public void Ecn_On_Receipt() => CaseRunner.Run("ecn-on-receipt");

    [Fact]
    [Requirement("B-026")]
    public void Ecn_Of_What_Is_Not_Ip() => CaseRunner.Run("ecn-of-what-is-not-ip");

    [Fact]
    [Requirement("E-043")]
    public void Priority_From_The_Inner_Dscp() => CaseRunner.Run("priority-from-the-inner-dscp");

    [Fact]
    [Requirement("B-033")]
    public void Dscp_Of_What_Is_Not_Ip() => CaseRunner.Run("dscp-of-what-is-not-ip");

    [Fact]
    [Requirement("E-008")]
    public void Local_Switching_Keeps_Priority() => CaseRunner.Run("local-switching-keeps-priority");

    [Fact]
    [Requirement("B-008")]
    public void Outer_Payload_Of_Nothing() => CaseRunner.Run("outer-payload-of-nothing");

    [Fact]
    public void Too_Big_For_The_Vlan() => CaseRunner.Run("too-big-for-the-vlan");

    [Fact]
    public void Too_Big_For_Some_Peers() => CaseRunner.Run("too-big-for-some-peers");

    [Fact]
    [Requirement("A-052", "E-063", "E-064")]
    public void Neighbours_On_An_Outer_Vlan() => CaseRunner.Run("neighbours-on-an-outer-vlan");

    [Fact]
    [Requirement("A-055", "E-063")]
    public void False_Answers() => CaseRunner.Run("false-answers");

    [Fact]
    [Requirement("A-055", "E-063")]
    public void False_Advertisements() => CaseRunner.Run("false-advertisements");

    [Fact]
    [Requirement("E-063")]
    public void Static_Neighbours_Stay() => CaseRunner.Run("static-neighbours-stay");

    [Fact]
    [Requirement("E-063", "A-051")]
    public void A_Neighbour_Changes_Its_Mac() => CaseRunner.Run("a-neighbour-changes-its-mac");

    [Fact]
    [Requirement("E-063", "E-064")]
    public void Not_Answered() => CaseRunner.Run("not-answered");

    [Fact]
    [Requirement("E-063", "A-054")]
    public void Arp_And_Tunnel_In_One_Burst() => CaseRunner.Run("arp-and-tunnel-in-one-burst");

    [Fact]
    [Requirement("A-051", "A-050", "A-062", "A-132")]
    public void Two_Underlay_Ports() => CaseRunner.Run("two-underlay-ports");

    [Fact]
    [Requirement("E-072", "E-074")]
    public void Control_Frames_Forwarded() => CaseRunner.Run("control-frames-forwarded");

    [Fact]
    [Requirement("B-038")]
    public void Untrusted_Port() => CaseRunner.Run("untrusted-port");

    [Fact]
    [Requirement("B-038")]
    public void Port_That_Trusts_Priority() => CaseRunner.Run("port-that-trusts-priority");

    [Fact]
    [Requirement("A-047", "E-040")]
    public void Priority_Maps() => CaseRunner.Run("priority-maps");

    [Fact]
    [Requirement("B-031")]
    public void Uniform_Dscp() => CaseRunner.Run("uniform-dscp");

    [Fact]
    [Requirement("A-146")]
    public void Lossless_Forwarded() => CaseRunner.Run("lossless-forwarded");

    [Fact]
    [Requirement("A-141")]
    public void Extra_Overhead() => CaseRunner.Run("extra-overhead");

    [Fact]
    [Requirement("E-032")]
    public void Move_Limit_Configured() => CaseRunner.Run("move-limit-configured");

    [Fact]
    [Requirement("C-045")]
    public void Exception_Port_Encapsulations() => CaseRunner.Run("exception-port-encapsulations");

    [Fact]
    [Requirement("B-018", "A-035", "C-045")]
    public void Exception_Port_Transit() => CaseRunner.Run("exception-port-transit");

    [Fact]
    [Requirement("B-018")]
    public void Exception_Port_Transit_Fragments() => CaseRunner.Run("exception-port-transit-fragments");

    [Fact]
    [Requirement("B-018", "C-045")]
    public void Exception_Port_Back() => CaseRunner.Run("exception-port-back");

    [Fact]
    [Requirement("B-018")]
    public void Exception_Port_Of_Its_Own_Size() => CaseRunner.Run("exception-port-of-its-own-size");

    [Fact]
    [Requirement("B-018", "C-045")]
    public void Exception_Port_Takes_Nothing_Else() => CaseRunner.Run("exception-port-takes-nothing-else");

    [Fact]
    [Requirement("B-018", "C-045")]
    public void Exception_Port_Behind_A_Tag() => CaseRunner.Run("exception-port-behind-a-tag");

    [Fact]
    [Requirement("E-001", "E-006", "E-007", "E-008")]
    public void Qinq_Pair() => CaseRunner.Run("qinq-pair");

    [Fact]
    [Requirement("E-001", "E-006", "E-007")]
    public void Qinq_S_Tag_Alone() => CaseRunner.Run("qinq-s-tag-alone");

    [Fact]
    [Requirement("E-007")]
    public void Qinq_Both_Kinds_Of_One_S_Tag() => CaseRunner.Run("qinq-both-kinds-of-one-s-tag");

    [Fact]
    [Requirement("E-007", "E-011", "A-041", "E-005")]
    public void Qinq_Refused() => CaseRunner.Run("qinq-refused");

    [Fact]
    [Requirement("E-006")]
    public void Tpid_Of_A_Port() => CaseRunner.Run("tpid-of-a-port");

    [Fact]
    [Requirement("E-006")]
    public void Qinq_With_Another_Outer_Tpid() => CaseRunner.Run("qinq-with-another-outer-tpid");

    [Fact]
    [Requirement("E-008", "E-021")]
    public void Qinq_Local_Switching() => CaseRunner.Run("qinq-local-switching");

    [Fact]
    [Requirement("E-004", "E-005")]
    public void Qinq_Native() => CaseRunner.Run("qinq-native");

    [Fact]
    [Requirement("E-010", "B-076", "E-076")]
    public void Tags_Are_Outside_The_Mtu() => CaseRunner.Run("tags-are-outside-the-mtu");

    [Fact]
    [Requirement("E-075", "E-076")]
    public void Jumbo_Frames() => CaseRunner.Run("jumbo-frames");

    [Fact]
    [Requirement("E-075")]
    public void Jumbo_Frames_Of_The_Largest_Mtu() => CaseRunner.Run("jumbo-frames-of-the-largest-mtu");

    [Fact]
    [Requirement("E-022")]
    public void Vlan_Ranges() => CaseRunner.Run("vlan-ranges");

    [Fact]
    [Requirement("E-070", "E-072", "E-074")]
    public void Bridge_Groups_Dropped() => CaseRunner.Run("bridge-groups-dropped");

    [Fact]
    [Requirement("E-070", "E-072", "E-074")]
    public void Bridge_Groups_Forwarded() => CaseRunner.Run("bridge-groups-forwarded");

    [Fact]
    [Requirement("E-072")]
    public void Topology_Change_Flushes() => CaseRunner.Run("topology-change-flushes");

    [Fact]
    [Requirement("E-072")]
    public void Topology_Change_By_Default() => CaseRunner.Run("topology-change-by-default");

    [Fact]
    [Requirement("B-023", "B-024", "B-025", "B-027")]
    public void Ecn_Decapsulation() => CaseRunner.Run("ecn-decapsulation");

    [Fact]
    [Requirement("B-023", "B-024", "B-025", "B-027", "B-031")]
    public void Ecn_Decapsulation_Uniform() => CaseRunner.Run("ecn-decapsulation-uniform");

    [Fact]
    [Requirement("B-027")]
    public void Ecn_Wrong_Checksums_Stay() => CaseRunner.Run("ecn-wrong-checksums-stay");

    [Fact]
    [Requirement("B-027")]
    public void Ecn_Wrong_Checksums_Stay_Uniform() => CaseRunner.Run("ecn-wrong-checksums-stay-uniform");

    [Fact]
    [Requirement("B-023", "B-027")]
    public void Ecn_W20() => CaseRunner.Run("ecn-w20");

    [Fact]
    [Requirement("B-026")]
    public void Ecn_Non_Ip() => CaseRunner.Run("ecn-non-ip");

    [Fact]
    [Requirement("B-031")]
    public void Dscp_Pipe_And_Uniform() => CaseRunner.Run("dscp-pipe-and-uniform");

    [Fact]
    [Requirement("A-047", "E-040", "B-033")]
    public void Pcp_To_Dscp() => CaseRunner.Run("pcp-to-dscp");

    [Fact]
    [Requirement("E-040", "E-043", "A-047")]
    public void Dscp_To_Pcp() => CaseRunner.Run("dscp-to-pcp");

    [Fact]
    [Requirement("E-042", "A-052")]
    public void Pcp_Of_An_Outer_Tag() => CaseRunner.Run("pcp-of-an-outer-tag");

    [Fact]
    [Requirement("B-038", "B-033")]
    public void Trust() => CaseRunner.Run("trust");

    [Fact]
    [Requirement("E-044")]
    public void Inner_Dscp_Is_Left() => CaseRunner.Run("inner-dscp-is-left");

    [Fact]
    [Requirement("E-044")]
    public void Inner_Dscp_From_Pcp() => CaseRunner.Run("inner-dscp-from-pcp");

    [Fact]
    [Requirement("B-037")]
    public void Dscp_And_The_Path() => CaseRunner.Run("dscp-and-the-path");

    [Fact]
    [Requirement("B-050")]
    public void Ttl_Of_A_Port() => CaseRunner.Run("ttl-of-a-port");

    [Fact]
    [Requirement("B-050")]
    public void Ttl_By_Default() => CaseRunner.Run("ttl-by-default");

    [Fact]
    [Requirement("B-040", "B-042")]
    public void Identification() => CaseRunner.Run("identification");

    [Fact]
    [Requirement("B-055")]
    public void Least_Ttl() => CaseRunner.Run("least-ttl");

    [Fact]
    [Requirement("B-005", "B-006")]
    public void Lenient_Checksum() => CaseRunner.Run("lenient-checksum");

    [Fact]
    [Requirement("B-010")]
    public void Lenient_Sequence() => CaseRunner.Run("lenient-sequence");

    [Fact]
    [Requirement("B-005", "B-006", "B-010")]
    public void Lenient_Both() => CaseRunner.Run("lenient-both");

    [Fact]
    [Requirement("A-045")]
    public void Accepted_Inner_Tag() => CaseRunner.Run("accepted-inner-tag");

    [Fact]
    [Requirement("B-072", "A-011")]
    public void W05_Syn_Is_Clamped() => CaseRunner.Run("w05-syn-is-clamped");

    [Fact]
    [Requirement("B-072")]
    public void Mss_By_Family() => CaseRunner.Run("mss-by-family");

    [Fact]
    [Requirement("B-072")]
    public void Mss_From_Peers() => CaseRunner.Run("mss-from-peers");

    [Fact]
    [Requirement("B-072")]
    public void Mss_At_Any_Offset() => CaseRunner.Run("mss-at-any-offset");

    [Fact]
    [Requirement("B-072")]
    public void Mss_Wrong_Checksum() => CaseRunner.Run("mss-wrong-checksum");

    [Fact]
    [Requirement("B-073", "B-072")]
    public void Mss_Left_Alone() => CaseRunner.Run("mss-left-alone");

    [Fact]
    [Requirement("B-072", "A-011")]
    public void Mss_Clamp_Off() => CaseRunner.Run("mss-clamp-off");

    [Fact]
    [Requirement("B-072")]
    public void Flooded_Syn() => CaseRunner.Run("flooded-syn");

    [Fact]
    [Requirement("B-065", "B-069", "B-043", "A-074", "D-092")]
    public void W12_Fragmentation_Needed() => CaseRunner.Run("w12-fragmentation-needed");

    [Fact]
    [Requirement("B-065", "B-066", "B-069")]
    public void Errors_Without_Router() => CaseRunner.Run("errors-without-router");

    [Fact]
    [Requirement("B-066", "B-069", "A-103")]
    public void Errors_Of_The_Router() => CaseRunner.Run("errors-of-the-router");

    [Fact]
    [Requirement("A-103")]
    public void Own_Mac_Without_Router() => CaseRunner.Run("own-mac-without-router");

    [Fact]
    [Requirement("B-069")]
    public void Errors_Behind_Any_Tags() => CaseRunner.Run("errors-behind-any-tags");

    [Fact]
    [Requirement("B-070")]
    public void No_Error_Is_Due() => CaseRunner.Run("no-error-is-due");

    [Fact]
    [Requirement("B-070", "B-066")]
    public void Multicast_That_Is_Too_Big() => CaseRunner.Run("multicast-that-is-too-big");

    [Fact]
    [Requirement("B-070", "F-047")]
    public void Errors_Are_Rated() => CaseRunner.Run("errors-are-rated");

    [Fact]
    [Requirement("B-070")]
    public void No_Errors_By_Budget() => CaseRunner.Run("no-errors-by-budget");

    [Fact]
    [Requirement("B-067", "A-032", "A-033", "A-070", "A-071", "B-040")]
    public void Fragmented_Before_Encapsulation() => CaseRunner.Run("fragmented-before-encapsulation");

    [Fact]
    [Requirement("B-067", "B-072")]
    public void Syn_That_Is_Fragmented() => CaseRunner.Run("syn-that-is-fragmented");

    [Fact]
    [Requirement("B-067", "A-070")]
    public void Fragments_Over_Six() => CaseRunner.Run("fragments-over-six");

    [Fact]
    [Requirement("B-067")]
    public void Fragment_Off() => CaseRunner.Run("fragment-off");

    [Fact]
    [Requirement("A-070", "B-067", "B-065")]
    public void Jumbo_To_A_Small_Path() => CaseRunner.Run("jumbo-to-a-small-path");

    [Fact]
    [Requirement("B-067", "A-087")]
    public void Flooded_Fragments() => CaseRunner.Run("flooded-fragments");

    [Fact]
    [Requirement("B-071")]
    public void Padding_Behind_A_Packet() => CaseRunner.Run("padding-behind-a-packet");

    [Fact]
    [Requirement("B-071", "B-069")]
    public void From_A_Peer_Too_Big_For_The_Vlan() => CaseRunner.Run("from-a-peer-too-big-for-the-vlan");

    [Fact]
    [Requirement("B-071", "B-069")]
    public void From_A_Peer_Too_Big_Router() => CaseRunner.Run("from-a-peer-too-big-router");

    [Fact]
    [Requirement("B-071", "B-069")]
    public void Too_Big_For_Another_Port() => CaseRunner.Run("too-big-for-another-port");

    [Fact]
    [Requirement("B-061", "B-060", "A-075", "B-056", "B-082")]
    public void W18_Path_Mtu() => CaseRunner.Run("w18-path-mtu");

    [Fact]
    [Requirement("B-061")]
    public void Path_Mtu_Six() => CaseRunner.Run("path-mtu-six");

    [Fact]
    [Requirement("B-061")]
    public void Path_Mtu_Of_The_Pa() => CaseRunner.Run("path-mtu-of-the-pa");

    [Fact]
    [Requirement("B-062")]
    public void Path_Mtu_Rejected() => CaseRunner.Run("path-mtu-rejected");

    [Fact]
    [Requirement("B-062")]
    public void Path_Mtu_Rejected_Six() => CaseRunner.Run("path-mtu-rejected-six");

    [Fact]
    [Requirement("B-063")]
    public void Path_Mtu_Ages() => CaseRunner.Run("path-mtu-ages");

    [Fact]
    [Requirement("B-064", "B-060")]
    public void Path_Mtu_Fixed() => CaseRunner.Run("path-mtu-fixed");

    [Fact]
    [Requirement("B-016")]
    public void No_Ipv6_Below_1280() => CaseRunner.Run("no-ipv6-below-1280");

    [Fact]
    [Requirement("B-016")]
    public void No_Ipv6_Below_1280_Flooded() => CaseRunner.Run("no-ipv6-below-1280-flooded");

    [Fact]
    [Requirement("B-076")]
    public void Tags_Do_Not_Count() => CaseRunner.Run("tags-do-not-count");

    [Fact]
    [Requirement("B-056")]
    public void Other_Errors_Of_The_Underlay() => CaseRunner.Run("other-errors-of-the-underlay");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Broadcast_Of_A_Port() => CaseRunner.Run("storm-broadcast-of-a-port");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Broadcast_Of_A_Segment() => CaseRunner.Run("storm-broadcast-of-a-segment");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Multicast_Of_A_Port() => CaseRunner.Run("storm-multicast-of-a-port");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Multicast_Of_A_Segment() => CaseRunner.Run("storm-multicast-of-a-segment");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Unknown_Of_A_Port() => CaseRunner.Run("storm-unknown-of-a-port");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Unknown_Of_A_Segment() => CaseRunner.Run("storm-unknown-of-a-segment");

    [Fact]
    [Requirement("F-045")]
    public void Storm_In_Kilobits() => CaseRunner.Run("storm-in-kilobits");

    [Fact]
    [Requirement("F-045")]
    public void Storm_At_Least_One_Frame() => CaseRunner.Run("storm-at-least-one-frame");

    [Fact]
    [Requirement("F-045")]
    public void Storm_Port_And_Segment() => CaseRunner.Run("storm-port-and-segment");

    [Fact]
    [Requirement("A-026", "F-045")]
    public void Storm_Of_One_Tenant() => CaseRunner.Run("storm-of-one-tenant");

    [Fact]
    [Requirement("E-050")]
    public void Arp_Forward() => CaseRunner.Run("arp-forward");

    [Fact]
    [Requirement("E-050", "E-051", "A-105", "D-034")]
    public void Arp_Suppress() => CaseRunner.Run("arp-suppress");

    [Fact]
    [Requirement("E-050", "E-051", "A-105", "D-034")]
    public void Arp_Proxy() => CaseRunner.Run("arp-proxy");

    [Fact]
    [Requirement("E-052")]
    public void Arp_Same_Side() => CaseRunner.Run("arp-same-side");

    [Fact]
    [Requirement("E-024", "E-052")]
    public void Arp_Isolated() => CaseRunner.Run("arp-isolated");

    [Fact]
    [Requirement("E-053")]
    public void Arp_Probes() => CaseRunner.Run("arp-probes");

    [Fact]
    [Requirement("E-050", "E-053", "E-054", "A-105")]
    public void Nd_Suppress() => CaseRunner.Run("nd-suppress");

    [Fact]
    [Requirement("E-050")]
    public void Nd_Proxy() => CaseRunner.Run("nd-proxy");

    [Fact]
    [Requirement("E-054")]
    public void Nd_Learned() => CaseRunner.Run("nd-learned");

    [Fact]
    [Requirement("E-055", "A-105")]
    public void Arp_Learned() => CaseRunner.Run("arp-learned");

    [Fact]
    [Requirement("E-056")]
    public void Arp_Ages() => CaseRunner.Run("arp-ages");

    [Fact]
    [Requirement("E-057")]
    public void Arp_Duplicates() => CaseRunner.Run("arp-duplicates");

    [Fact]
    [Requirement("E-058")]
    public void Arp_Announcements_Pass() => CaseRunner.Run("arp-announcements-pass");

    [Fact]
    [Requirement("E-059")]
    public void Arp_Strict() => CaseRunner.Run("arp-strict");

    [Fact]
    [Requirement("E-059")]
    public void Arp_Not_Strict() => CaseRunner.Run("arp-not-strict");

    [Fact]
    [Requirement("F-047")]
    public void Arp_Budget() => CaseRunner.Run("arp-budget");

    [Fact]
    [Requirement("A-026", "E-050", "D-022")]
    public void Two_Tenants_With_The_Same_Addresses() => CaseRunner.Run("two-tenants-with-the-same-addresses");

    [Fact]
    [Requirement("E-050", "A-105")]
    public void Arp_In_A_Burst() => CaseRunner.Run("arp-in-a-burst");

    [Fact]
    [Requirement("A-053", "A-080", "B-054")]
    public void Broadcast_To_A_Group() => CaseRunner.Run("broadcast-to-a-group");

    [Fact]
    [Requirement("A-053")]
    public void Groups_Are_Mapped_To_Macs() => CaseRunner.Run("groups-are-mapped-to-macs");

    [Fact]
    [Requirement("A-053", "A-080", "B-054")]
    public void Broadcast_To_An_Ipv6_Group() => CaseRunner.Run("broadcast-to-an-ipv6-group");

    [Fact]
    [Requirement("A-080")]
    public void One_Group_Of_Each_Family() => CaseRunner.Run("one-group-of-each-family");

    [Fact]
    [Requirement("A-082", "A-080", "A-081")]
    public void Two_Segments_Two_Modes() => CaseRunner.Run("two-segments-two-modes");

    [Fact]
    [Requirement("B-054")]
    public void Ttl_Of_Groups() => CaseRunner.Run("ttl-of-groups");

    [Fact]
    [Requirement("A-053", "A-052")]
    public void Group_On_A_Tagged_Underlay() => CaseRunner.Run("group-on-a-tagged-underlay");

    [Fact]
    [Requirement("A-080", "A-031")]
    public void Group_With_Zero_Flow_Ids() => CaseRunner.Run("group-with-zero-flow-ids");

    [Fact]
    [Requirement("A-080", "E-021")]
    public void Group_Besides_Attachments() => CaseRunner.Run("group-besides-attachments");

    [Fact]
    [Requirement("A-083")]
    public void Tenant_Groups() => CaseRunner.Run("tenant-groups");

    [Fact]
    [Requirement("A-083", "A-081")]
    public void Tenant_Groups_Without_A_Default() => CaseRunner.Run("tenant-groups-without-a-default");

    [Fact]
    [Requirement("A-080", "A-084", "A-140")]
    public void Heard_On_A_Group() => CaseRunner.Run("heard-on-a-group");

    [Fact]
    [Requirement("A-084", "A-020", "A-025")]
    public void Shared_Group() => CaseRunner.Run("shared-group");

    [Fact]
    [Requirement("A-086", "A-069")]
    public void Own_Multicast_Comes_Back() => CaseRunner.Run("own-multicast-comes-back");

    [Fact]
    [Requirement("A-056")]
    public void Groups_That_Nobody_Joined() => CaseRunner.Run("groups-that-nobody-joined");

    [Fact]
    [Requirement("A-082", "A-056")]
    public void No_Group_No_Multicast() => CaseRunner.Run("no-group-no-multicast");

    [Fact]
    [Requirement("A-085")]
    public void Groups_Are_Joined() => CaseRunner.Run("groups-are-joined");

    [Fact]
    [Requirement("A-085")]
    public void General_Queries() => CaseRunner.Run("general-queries");

    [Fact]
    [Requirement("A-085")]
    public void General_Query_Without_Delay() => CaseRunner.Run("general-query-without-delay");

    [Fact]
    [Requirement("A-085")]
    public void Group_Queries() => CaseRunner.Run("group-queries");

    [Fact]
    [Requirement("A-085")]
    public void Older_Queriers() => CaseRunner.Run("older-queriers");

    [Fact]
    [Requirement("A-085", "F-047")]
    public void Queries_At_Fault() => CaseRunner.Run("queries-at-fault");

    [Fact]
    [Requirement("C-001", "C-002", "C-004", "C-005", "C-006", "C-008", "C-009", "C-010", "C-013", "C-014")]
    public void W14_Large_Send() => CaseRunner.Run("w14-large-send");

    [Fact]
    [Requirement("C-001", "C-002", "C-007", "C-015", "C-024", "C-031", "C-132")]
    public void Large_Send_Families() => CaseRunner.Run("large-send-families");

    [Fact]
    [Requirement("C-014")]
    public void Large_Send_Sizes() => CaseRunner.Run("large-send-sizes");

    [Fact]
    [Requirement("C-009", "C-010")]
    public void Large_Send_Flags() => CaseRunner.Run("large-send-flags");

    [Fact]
    [Requirement("C-006", "C-003")]
    public void Large_Send_Ids() => CaseRunner.Run("large-send-ids");

    [Fact]
    [Requirement("C-020")]
    public void Large_Send_Ids_Of_15_Bits() => CaseRunner.Run("large-send-ids-of-15-bits");

    [Fact]
    [Requirement("C-007", "C-012", "C-039")]
    public void Large_Send_Options() => CaseRunner.Run("large-send-options");

    [Fact]
    [Requirement("C-011")]
    public void Large_Send_Refused() => CaseRunner.Run("large-send-refused");

    [Fact]
    [Requirement("C-011")]
    public void Large_Send_Too_Small_An_Mss() => CaseRunner.Run("large-send-too-small-an-mss");

    [Fact]
    [Requirement("C-017")]
    public void Large_Sends_Keep_Their_Place() => CaseRunner.Run("large-sends-keep-their-place");

    [Fact]
    [Requirement("C-001", "C-016")]
    public void Large_Send_Of_64k() => CaseRunner.Run("large-send-of-64k");

    [Fact]
    [Requirement("C-001", "C-014", "C-015")]
    public void Large_Send_To_A_Jumbo_Underlay() => CaseRunner.Run("large-send-to-a-jumbo-underlay");

    [Fact]
    [Requirement("C-016", "C-064")]
    public void Large_Send_In_Buffers() => CaseRunner.Run("large-send-in-buffers");

    [Fact]
    [Requirement("C-016", "C-014")]
    public void Large_Send_In_Buffers_Behind_The_Headers() => CaseRunner.Run("large-send-in-buffers-behind-the-headers");

    [Fact]
    [Requirement("C-001", "C-014", "C-016")]
    public void Large_Send_Of_Jumbo_Segments() => CaseRunner.Run("large-send-of-jumbo-segments");

    [Fact]
    [Requirement("C-064")]
    public void W03_In_Two_Buffers() => CaseRunner.Run("w03-in-two-buffers");

    [Fact]
    [Requirement("C-014")]
    public void Large_Send_With_Bytes_Behind() => CaseRunner.Run("large-send-with-bytes-behind");

    [Fact]
    [Requirement("C-015", "C-014")]
    public void Large_Send_To_Another_Vlan() => CaseRunner.Run("large-send-to-another-vlan");

    [Fact]
    [Requirement("C-015", "C-030", "E-007")]
    public void Large_Send_Between_Two_Tags_And_One() => CaseRunner.Run("large-send-between-two-tags-and-one");

    [Fact]
    [Requirement("C-001", "C-015")]
    public void Large_Send_Flooded() => CaseRunner.Run("large-send-flooded");

    [Fact]
    [Requirement("C-018", "C-133")]
    public void Large_Datagrams() => CaseRunner.Run("large-datagrams");

    [Fact]
    [Requirement("C-011", "C-035", "C-018")]
    public void Hostile_Metadata() => CaseRunner.Run("hostile-metadata");

    [Fact]
    [Requirement("C-030", "C-031", "C-039", "C-131")]
    public void Begun_Checksums() => CaseRunner.Run("begun-checksums");

    [Fact]
    [Requirement("C-033", "C-034")]
    public void No_Checksum_To_Complete() => CaseRunner.Run("no-checksum-to-complete");

    [Fact]
    [Requirement("C-036")]
    public void Udp_Checksum_Zero() => CaseRunner.Run("udp-checksum-zero");

    [Fact]
    [Requirement("C-030", "C-036", "C-013")]
    public void Checksums_Of_Zero() => CaseRunner.Run("checksums-of-zero");

    [Fact]
    [Requirement("C-035", "C-062", "C-140")]
    public void Claimed_Lengths() => CaseRunner.Run("claimed-lengths");

    [Fact]
    [Requirement("C-065", "C-039")]
    public void Longest_Headers() => CaseRunner.Run("longest-headers");

    [Fact]
    [Requirement("C-042", "C-043", "C-044", "C-046", "C-134", "B-083")]
    public void Receive_Verdicts() => CaseRunner.Run("receive-verdicts");

    [Fact]
    [Requirement("C-044", "C-011")]
    public void Large_Frames_Of_Known_Bad_Sums() => CaseRunner.Run("large-frames-of-known-bad-sums");

    [Fact]
    [Requirement("C-040", "C-044", "C-135")]
    public void Bad_Inner_Checksums_Dropped() => CaseRunner.Run("bad-inner-checksums-dropped");

    [Fact]
    [Requirement("C-041")]
    public void Either_Header_Checksum() => CaseRunner.Run("either-header-checksum");

    [Fact]
    [Requirement("C-046", "C-044", "C-135")]
    public void Unknown_Inner_Checksums_Pass() => CaseRunner.Run("unknown-inner-checksums-pass");

    [Fact]
    [Requirement("C-044", "F-022")]
    public void Bad_Checksum_Among_Other_Faults() => CaseRunner.Run("bad-checksum-among-other-faults");

    [Fact]
    [Requirement("C-030", "C-011")]
    public void Source_Routes_Are_Not_Summed() => CaseRunner.Run("source-routes-are-not-summed");

    [Fact]
    [Requirement("C-061", "B-072")]
    public void Mss_Behind_Extension_Headers() => CaseRunner.Run("mss-behind-extension-headers");

    [Fact]
    [Requirement("C-060")]
    public void Encapsulation_Is_Recognised() => CaseRunner.Run("encapsulation-is-recognised");

    [Fact]
    [Requirement("C-045")]
    public void Other_Encapsulations() => CaseRunner.Run("other-encapsulations");

    [Fact]
    [Requirement("C-025")]
    public void Segments_Of_A_Flow() => CaseRunner.Run("segments-of-a-flow");

    [Fact]
    [Requirement("C-025")]
    public void Segments_Of_64k() => CaseRunner.Run("segments-of-64k");

    [Fact]
    [Requirement("C-025", "C-017")]
    public void Segments_Of_Flows_In_Turn() => CaseRunner.Run("segments-of-flows-in-turn");

    [Fact]
    [Requirement("C-025", "C-012")]
    public void Segments_With_Options() => CaseRunner.Run("segments-with-options");

    [Fact]
    [Requirement("C-025", "C-040")]
    public void Segments_That_Differ() => CaseRunner.Run("segments-that-differ");

    [Fact]
    [Requirement("C-025", "C-040", "C-044")]
    public void Segments_With_Wrong_Checksums() => CaseRunner.Run("segments-with-wrong-checksums");

    [Fact]
    [Requirement("C-025")]
    public void Segments_To_Two_Vlans() => CaseRunner.Run("segments-to-two-vlans");

    [Fact]
    [Requirement("A-066", "A-062", "A-032")]
    public void Flows_Over_Two_Sources() => CaseRunner.Run("flows-over-two-sources");

    [Fact]
    [Requirement("A-066", "A-065")]
    public void Flows_Over_Two_Sources_Six() => CaseRunner.Run("flows-over-two-sources-six");

    [Fact]
    [Requirement("A-061", "A-066")]
    public void Spread_Over_Named_Sources() => CaseRunner.Run("spread-over-named-sources");

    [Fact]
    [Requirement("A-031", "A-066")]
    public void Flow_Id_Zero_Over_Two_Sources() => CaseRunner.Run("flow-id-zero-over-two-sources");

    [Fact]
    [Requirement("B-061", "A-066")]
    public void Path_Mtu_From_Any_Source() => CaseRunner.Run("path-mtu-from-any-source");

    [Fact]
    [Requirement("A-120", "A-121", "A-051", "A-131")]
    public void Flows_Over_Two_Next_Hops() => CaseRunner.Run("flows-over-two-next-hops");

    [Fact]
    [Requirement("A-037", "A-121")]
    public void Next_Hops_In_Another_Order() => CaseRunner.Run("next-hops-in-another-order");

    [Fact]
    [Requirement("A-120", "A-065")]
    public void Flows_Over_Two_Next_Hops_Six() => CaseRunner.Run("flows-over-two-next-hops-six");

    [Fact]
    [Requirement("A-120", "A-121", "A-066")]
    public void Eight_Next_Hops_Two_Sources() => CaseRunner.Run("eight-next-hops-two-sources");

    [Fact]
    [Requirement("A-120", "A-121", "A-050", "A-052", "A-074")]
    public void Next_Hops_On_Two_Ports() => CaseRunner.Run("next-hops-on-two-ports");

    [Fact]
    [Requirement("A-120", "A-033", "B-067")]
    public void Fragments_Over_Two_Next_Hops() => CaseRunner.Run("fragments-over-two-next-hops");

    [Fact]
    [Requirement("A-120", "A-092")]
    public void Relayed_Over_Two_Next_Hops() => CaseRunner.Run("relayed-over-two-next-hops");

    [Fact]
    [Requirement("A-120", "E-063")]
    public void All_Next_Hops_Are_Resolved() => CaseRunner.Run("all-next-hops-are-resolved");

    [Fact]
    [Requirement("A-120", "E-063", "A-121")]
    public void All_Next_Hops_Are_Resolved_Six() => CaseRunner.Run("all-next-hops-are-resolved-six");

    [Fact]
    [Requirement("A-121", "A-055", "A-054")]
    public void A_Next_Hop_That_Never_Answers() => CaseRunner.Run("a-next-hop-that-never-answers");

    [Fact]
    [Requirement("A-121", "A-055")]
    public void A_Next_Hop_That_Falls_Silent() => CaseRunner.Run("a-next-hop-that-falls-silent");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Off() => CaseRunner.Run("snoop-off");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Member_Behind_A_Peer() => CaseRunner.Run("snoop-member-behind-a-peer");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Member_On_A_Vlan() => CaseRunner.Run("snoop-member-on-a-vlan");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Querier() => CaseRunner.Run("snoop-querier");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Query_Without_Address() => CaseRunner.Run("snoop-query-without-address");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Pim() => CaseRunner.Run("snoop-pim");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Leave() => CaseRunner.Run("snoop-leave");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Ages() => CaseRunner.Run("snoop-ages");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Igmpv3() => CaseRunner.Run("snoop-igmpv3");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Mld() => CaseRunner.Run("snoop-mld");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Malformed() => CaseRunner.Run("snoop-malformed");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_Budget() => CaseRunner.Run("snoop-budget");

    [Fact]
    [Requirement("A-091")]
    public void Snoop_In_A_Burst() => CaseRunner.Run("snoop-in-a-burst");

    [Fact]
    [Requirement("E-059")]
    public void Invalid_Neighbours_Teach_Nothing() => CaseRunner.Run("invalid-neighbours-teach-nothing");

    [Fact]
    [Requirement("E-070")]
    public void Link_Local_Groups_Before_Congestion() => CaseRunner.Run("link-local-groups-before-congestion");

    [Fact]
    [Requirement("E-002", "E-072")]
    public void Order_Of_Tags_And_Groups() => CaseRunner.Run("order-of-tags-and-groups");

    [Fact]
    [Requirement("B-005", "B-055")]
    public void Order_Of_Lenient_Checks() => CaseRunner.Run("order-of-lenient-checks");

    [Fact]
    [Requirement("B-024")]
    public void Congestion_Before_Lookup() => CaseRunner.Run("congestion-before-lookup");

    [Fact]
    [Requirement("E-033")]
    public void Order_Of_Lookup_Blocked() => CaseRunner.Run("order-of-lookup-blocked");

    [Fact]
    [Requirement("E-033", "A-092")]
    public void Order_Of_Lookup_Relay() => CaseRunner.Run("order-of-lookup-relay");

    [Fact]
    [Requirement("E-034")]
    public void Order_Of_Lookup_Limit() => CaseRunner.Run("order-of-lookup-limit");

    [Fact]
    [Requirement("E-032")]
    public void Order_Of_Lookup_Duplicate() => CaseRunner.Run("order-of-lookup-duplicate");

    [Fact]
    [Requirement("B-068")]
    public void Lookup_Before_Size() => CaseRunner.Run("lookup-before-size");

    [Fact]
    [Requirement("B-068", "F-045")]
    public void Size_Before_Rate() => CaseRunner.Run("size-before-rate");

    [Fact]
    [Requirement("F-045")]
    public void Lookup_Before_Rate() => CaseRunner.Run("lookup-before-rate");

    [Fact]
    [Requirement("A-055", "B-068")]
    public void Size_And_Rate_Before_Neighbours() => CaseRunner.Run("size-and-rate-before-neighbours");

    [Fact]
    [Requirement("A-101", "F-045")]
    public void Dropped_At_Rate_But_Learned() => CaseRunner.Run("dropped-at-rate-but-learned");

    [Fact]
    [Requirement("A-092", "B-020", "B-023", "B-024")]
    public void Relayed_Marks() => CaseRunner.Run("relayed-marks");

    [Fact]
    [Requirement("A-031", "B-071", "E-042", "E-050")]
    public void Own_Frames_Are_Encapsulated_Like_Tenants() => CaseRunner.Run("own-frames-are-encapsulated-like-tenants");
}
